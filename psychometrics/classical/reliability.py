"""How consistently a test measures: alpha, omega and the standard error of measurement."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh
from scipy.special import ndtri

Floats = NDArray[np.float64]


