"""Differential item functioning of a response file: two groups, several methods, one table."""
