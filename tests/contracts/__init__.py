"""What was said yesterday still loads."""
