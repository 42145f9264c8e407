"""The speed figures, run by hand: ``make bench``.  README.md says how to read them."""
