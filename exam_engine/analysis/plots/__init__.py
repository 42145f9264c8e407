"""Pictures of an analysis as SVG: values in, a `Figure` with its table out; one module a plot.

Colours are classes that the report's style sheet gives a light and a dark value; shapes and dashes
tell series apart without colour.
"""
