"""A beta administration of last week: simulated candidates whose results are held."""
