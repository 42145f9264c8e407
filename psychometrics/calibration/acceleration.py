"""Anderson acceleration of a fixed-point iteration.  Source: Walker & Ni (2011)."""

from collections import deque

import numpy as np

from psychometrics.models import FloatArray

WINDOW = 7


class Anderson:
    """The last few points x with their images g(x), and the guess at x = g(x) they lead to."""

    def __init__(self, window: int = WINDOW) -> None:
        self._points: deque[FloatArray] = deque(maxlen=window + 1)
        self._images: deque[FloatArray] = deque(maxlen=window + 1)

    def extrapolate(self, point: FloatArray, image: FloatArray) -> FloatArray:
        """The combination of images whose residuals cancel best."""
        self._points.append(point)
        self._images.append(image)
        if len(self._points) == 1:
            return image
        images = np.array(self._images)
        residuals = images - np.array(self._points)
        changes = np.diff(residuals, axis=0)
        weights, *_ = np.linalg.lstsq(changes.T, residuals[-1], rcond=1e-10)
        return np.asarray(image - weights @ np.diff(images, axis=0))

    def forget(self) -> None:
        """Start anew, after a jump that the past does not tell about."""
        self._points.clear()
        self._images.clear()
