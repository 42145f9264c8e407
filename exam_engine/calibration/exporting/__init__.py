"""Everything of a run, out: tables as CSV and Parquet, usage data as QTI 3 has it, the certificate.

`whole` is a run with all that its stages left, `columns` makes tables of it, `files` writes them,
`usage` makes statistics of items, `names` says what there is under which name; `queries` and
`process` read a run and write one file in a process of its own.
"""
