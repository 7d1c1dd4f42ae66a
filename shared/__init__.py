"""What every service needs and none owns: the bus, transactions, contracts, settings."""
