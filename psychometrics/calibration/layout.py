"""Which parameters are free, which are fixed, which are one: a vector and its meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import Block, FloatArray

Indices = NDArray[np.intp]
FIXED = -1


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Values of all parameters.

    Attributes
    ----------
    blocks : tuple of (J_block, P) arrays
        Item parameters in the estimation metric.
    means, log_variances : (G,) arrays
        Of theta in each group.
    """

    blocks: tuple[FloatArray, ...]
    means: FloatArray
    log_variances: FloatArray

    @property
    def sds(self) -> FloatArray:
        return np.exp(0.5 * self.log_variances)


@dataclass(frozen=True, eq=False)
class Layout:
    """The free parameters of a calibration.

    Attributes
    ----------
    blocks : tuple of Block
        Items by model and number of categories; ``parameters`` are starting or fixed values.
        Log-linear blocks come first.
    indices : tuple of (J_block, P) integer arrays
        Position of each item parameter in the free vector, `FIXED` if it has none.  Parameters
        with the same position are one parameter.
    mean_index, variance_index : (G,) integer arrays
        The same for the groups' means and log variances.
    """

    blocks: tuple[Block, ...]
    indices: tuple[Indices, ...]
    mean_index: Indices
    variance_index: Indices

    @cached_property
    def n_free(self) -> int:
        every = [*self.indices, self.mean_index, self.variance_index]
        return 1 + max(int(index.max(initial=FIXED)) for index in every)

    def vector(self, state: State) -> FloatArray:
        """The free parameters of a state, (n_free,)."""
        result = np.zeros(self.n_free)
        for (index, where), values in zip(self._places, _arrays(state), strict=True):
            result[index] = values[where]
        return result

    def state(self, vector: FloatArray, fixed: State) -> State:
        """The state with these free parameters, the rest as in ``fixed``."""
        blocks = tuple(
            np.where(index >= 0, vector[index], values)
            for index, values in zip(self.indices, fixed.blocks, strict=True)
        )
        return State(
            blocks,
            np.where(self.mean_index >= 0, vector[self.mean_index], fixed.means),
            np.where(self.variance_index >= 0, vector[self.variance_index], fixed.log_variances),
        )

    def gathered(self, gradient: State) -> FloatArray:
        """Derivatives by each value summed to derivatives by each free parameter, (n_free,)."""
        result = np.zeros(self.n_free)
        for (index, where), values in zip(self._places, _arrays(gradient), strict=True):
            result += np.bincount(index, values[where], self.n_free)
        return result

    def names(self, item_names: Sequence[str], group_names: Sequence[str]) -> tuple[str, ...]:
        """What each free parameter is, e.g. "I3.a"; a shared one has no item's name."""
        result = [""] * self.n_free
        for block, index in zip(self.blocks, self.indices, strict=True):
            columns = block.model.parameter_names(block.n_categories)
            for row, item in enumerate(block.columns):
                for column, name in enumerate(columns):
                    at = index[row, column]
                    if at >= 0:
                        result[at] = name if result[at] else f"{item_names[item]}.{name}"
        for kind, index in (("mean", self.mean_index), ("log_variance", self.variance_index)):
            for group, at in enumerate(index):
                if at >= 0:
                    result[at] = f"{group_names[group]}.{kind}"
        return tuple(result)

    def filled(self, state: State) -> tuple[Block, ...]:
        """The blocks with the parameters of a state."""
        return tuple(
            Block(block.model, block.columns, values)
            for block, values in zip(self.blocks, state.blocks, strict=True)
        )

    @cached_property
    def _places(self) -> list[tuple[Indices, NDArray[np.bool_]]]:
        """Positions of the free ones of each array of a state, and which they are in it."""
        every = [*self.indices, self.mean_index, self.variance_index]
        return [(index[index >= 0], index >= 0) for index in every]


def _arrays(state: State) -> list[FloatArray]:
    return [*state.blocks, state.means, state.log_variances]
