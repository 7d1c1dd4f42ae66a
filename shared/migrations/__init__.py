"""The tables of the bus, in every service's database."""
