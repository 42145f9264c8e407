"""Two calibrations brought to one scale: their files, the links, drift, and the conversion."""
