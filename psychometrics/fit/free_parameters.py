"""Which parameters a calibration estimated: what fit statistics pay degrees of freedom for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.calibration.arrangement import slope_of
from psychometrics.models import Items

FIXED = -1


@dataclass(frozen=True, slots=True)
class FreeParameters:
    """Free parameters of items and of the population.

    Attributes
    ----------
    index : tuple of (n_parameters,) arrays of int
        For each item, in the order of `psychometrics.models.Items.rows`: the number of the free
        parameter, shared numbers where items share it, and -1 where it is fixed.
    mean, variance : bool
        Whether the population's were estimated.
    """

    index: tuple[NDArray[np.int64], ...]
    mean: bool = False
    variance: bool = False

    @property
    def n(self) -> int:
        """How many free parameters there are, those of the population included."""
        highest = max((int(each.max(initial=FIXED)) for each in self.index), default=FIXED)
        return highest + 1 + self.of_population

    @property
    def of_population(self) -> int:
        """Free parameters of the population."""
        return int(self.mean) + int(self.variance)

    def of_items(self) -> NDArray[np.int64]:
        """Free parameters each item depends on, shape (n_items,)."""
        return np.array([int((each != FIXED).sum()) for each in self.index], dtype=np.int64)


def free_parameters(items: Items) -> FreeParameters:
    """What a calibration of all items in one population estimates.

    Rasch, PCM and RSM items have slope 1 and, if there are only such items, the variance of theta
    is free; 1PL items share one slope; RSM items share their steps, and the first of them has
    location 0.

    Parameters
    ----------
    items : Items

    Returns
    -------
    FreeParameters
    """
    shared: dict[tuple[str, int], int] = {}
    index = []
    n_free = 0
    for model, row in zip(items.models, items.rows, strict=True):
        own = np.full(len(row), FIXED, dtype=np.int64)
        is_first_rating_scale = model.name == "RSM" and ("RSM", 2) not in shared
        for position in range(len(row)):
            if position == 0 and slope_of(model) == "one":
                continue
            if position == 1 and is_first_rating_scale:
                continue
            common = (position == 0 and slope_of(model) == "common") or (
                model.name == "RSM" and position > 1
            )
            key = (model.name, position)
            if common and key in shared:
                own[position] = shared[key]
                continue
            own[position] = n_free
            if common:
                shared[key] = n_free
            n_free += 1
        index.append(own)
    only_fixed_slopes = all(slope_of(model) == "one" for model in items.models)
    return FreeParameters(tuple(index), variance=only_fixed_slopes)
