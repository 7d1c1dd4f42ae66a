"""Stories told across services, one file each."""
