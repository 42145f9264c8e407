"""What people are told on their start page: a person's own notices."""
