"""What data there is for a plan."""
