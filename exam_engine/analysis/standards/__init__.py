"""Files of a standard-setting panel as a recommended cut; one module a family of methods."""
