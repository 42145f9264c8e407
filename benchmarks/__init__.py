"""The speed figures, run by hand: ``make bench``.  README.md says how to read them."""

import os

# before any of them loads numpy: as the product's own processes have it
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
