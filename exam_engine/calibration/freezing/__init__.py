"""Reading the answers of a run, in its own process."""
