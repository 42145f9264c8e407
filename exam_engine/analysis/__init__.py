"""Analyses of response files: what the `irt` commands read, compute, draw and write.

Pure but for the files named; no HTTP, no database.

- in: `sheets` (CSV, Parquet), `cells`, `responses` (wide and long), `parameters` (items.csv, keys),
  `matching` (the two together), `populations`; `errors` tell the place in the file
- analyses: `calibration`, `scoring`, `fit`, `curves` (observed proportions), `classical`,
  `simulated`
- out: `exports` (no NaN leaves), `fit_rows`, `documents` (report.json), `folders` (all files or
  none), `plots` (SVG), `report` (HTML)
"""
