"""Reports: one HTML file that needs nothing else, no script and no outside address."""
