"""What `make bench` runs: this library and what people otherwise use, side by side, held against exact physics."""

import os

# Before NumPy is imported, and only where nobody has set it: rates are those of one thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
