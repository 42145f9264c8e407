"""Questions in the formats of other systems, and ours as tables.

``files`` tells a file's format and reads it; a reader is a pure function from bytes to a
``Reading``. ``moodle``, ``gift``, ``aiken``, ``comma_separated`` and ``workbook`` are the readers;
QTI 1.2 of Canvas is read in ``qti.conversion.canvas``. ``export`` writes items as CSV that reads
back the same, ``spreadsheet_template`` what writers fill in. ``findings`` has every code.
"""
