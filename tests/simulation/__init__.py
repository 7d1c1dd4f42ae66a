"""Random histories, checked after every step."""
