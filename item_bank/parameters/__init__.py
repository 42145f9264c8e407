"""Parameters of items on a scale: versions that are added whole and never changed."""
