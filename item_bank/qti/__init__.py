"""Items and packages of items as QTI 3 files.

``documents`` reads XML that may come from anyone, ``choice`` is one single-choice item,
``packages`` a directory of them with its manifest.
"""
