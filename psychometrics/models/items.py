"""`Items`: the parameters of a set of items, formats mixed, frozen.

Inside, items of one model and one number of categories form a `Block`, an array for the vectorised
models; outside, everything is in the order of the items.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadItems
from psychometrics.models.imports import (
    check_irt,
    check_parameters,
    checked_column,
    checked_models,
    checked_names,
)
from psychometrics.models.model import FloatArray, Metric, Model
from psychometrics.models.names import model_named


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Items of one model and one number of categories.

    Attributes
    ----------
    model : Model
    columns : (J,) integer array
        Their positions among all items.
    parameters : (J, P) array
        Estimation metric (slope-intercept, logit asymptotes).
    """

    model: Model
    columns: NDArray[np.intp]
    parameters: FloatArray

    @property
    def n_categories(self) -> int:
        return self.model.n_categories(self.parameters.shape[1])


@dataclass(frozen=True, eq=False)
class Items:
    """Parameters of items; made by `from_irt`, `from_parameters` or a calibration.

    Attributes
    ----------
    names : tuple of str
        One a item, all different.
    blocks : tuple of Block
        Together they hold every item once.
    """

    names: tuple[str, ...]
    blocks: tuple[Block, ...]

    # ---- making

    @classmethod
    def from_irt(
        cls,
        model: str | Sequence[str],
        a: ArrayLike,
        b: ArrayLike,
        c: ArrayLike | None = None,
        u: ArrayLike | None = None,
        *,
        names: Sequence[str] | None = None,
        negative_slopes: bool = False,
    ) -> Self:
        """Items from the IRT metric, P = c + (u - c) expit(a (theta - b)), logistic with D = 1.

        Parameters
        ----------
        model : str or sequence of J str
            Any of `MODELS` but "NRM" (see `from_parameters`).
        a : (J,) array_like
            Slopes per logit, not 0.
        b : (J,) or (J, K - 1) array_like
            Difficulties, boundaries or steps, in logits; rows end in NaN where an item has fewer.
        c, u : (J,) array_like, optional
            Asymptotes of 3PL and 4PL items; others must have 0 and 1, or NaN.
        names : sequence of J str, optional
            "I1", "I2", ... if not given.
        negative_slopes : bool
            Whether a < 0 is let through; such an item rewards the less able (a wrong key).

        Raises
        ------
        BadItems
            The sentence names the item: a = 0 or negative, c < 0, c >= 1, u <= c, u > 1,
            boundaries not in order, or a number that is not finite or absurd.
        """
        slopes = checked_column(a, "a", None)
        n_items = len(slopes)
        steps = np.atleast_2d(np.asarray(b, dtype=np.float64).T).T
        if steps.shape[0] != n_items or steps.ndim != 2:
            raise BadItems(f"b has shape {np.shape(b)}, but there are {n_items} slopes")
        lower = checked_column(np.full(n_items, np.nan) if c is None else c, "c", n_items)
        upper = checked_column(np.full(n_items, np.nan) if u is None else u, "u", n_items)
        labels = checked_names(names, n_items)
        models = checked_models(model, n_items)
        metric = Metric(slopes, steps, lower, upper)
        for item in range(n_items):
            check_irt(labels[item], models[item], metric, item, negative_slopes=negative_slopes)
        n_steps = np.isfinite(steps).sum(axis=1)
        rows = [
            models[j].from_irt(
                Metric(
                    slopes[j : j + 1],
                    steps[j : j + 1, : n_steps[j]],
                    np.nan_to_num(lower[j : j + 1]),
                    np.where(np.isnan(upper[j : j + 1]), 1.0, upper[j : j + 1]),
                )
            )[0]
            for j in range(n_items)
        ]
        return cls.from_parameters([m.name for m in models], rows, names=labels)

    @classmethod
    def from_parameters(
        cls,
        model: str | Sequence[str],
        parameters: Sequence[ArrayLike],
        *,
        names: Sequence[str] | None = None,
    ) -> Self:
        """Items from the estimation metric.

        Parameters
        ----------
        model : str or sequence of J str
        parameters : J arrays (P,)
            In the order of ``model.parameter_names``: slope, intercepts, logit c, logit u.  The
            number of categories follows from the length.
        names : sequence of J str, optional

        Raises
        ------
        BadItems
            If an item's row has a length its model cannot have, is not finite (but logit
            asymptotes may be infinite), or is outside the model.
        """
        rows = [np.asarray(row, dtype=np.float64) for row in parameters]
        labels = checked_names(names, len(rows))
        models = checked_models(model, len(rows))
        members: dict[tuple[str, int], list[int]] = {}
        for item, (one, row) in enumerate(zip(models, rows, strict=True)):
            check_parameters(labels[item], one, row)
            members.setdefault((one.name, len(row)), []).append(item)
        blocks = tuple(
            Block(
                model_named(name),
                np.array(items, dtype=np.intp),
                np.stack([rows[j] for j in items]),
            )
            for (name, _), items in members.items()
        )
        return cls(labels, blocks)

    def select(self, which: Sequence[int] | Sequence[str] | NDArray[np.intp]) -> Self:
        """Some of the items, by position or by name, in the order asked for.

        Raises
        ------
        BadItems
            If a name is not among them.
        """
        position = {name: j for j, name in enumerate(self.names)}
        wanted = []
        for one in which:
            if isinstance(one, str) and one not in position:
                raise BadItems(f"there is no item {one!r}")
            wanted.append(position[one] if isinstance(one, str) else int(one))
        rows = self.rows
        return type(self).from_parameters(
            [self.models[j].name for j in wanted],
            [rows[j] for j in wanted],
            names=[self.names[j] for j in wanted],
        )

    # ---- what they are

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def models(self) -> tuple[Model, ...]:
        """The model of each item."""
        by_item = {int(j): block.model for block in self.blocks for j in block.columns}
        return tuple(by_item[j] for j in range(len(self)))

    @cached_property
    def rows(self) -> tuple[FloatArray, ...]:
        """Each item's parameters in the estimation metric, arrays (P,)."""
        by_item = {
            int(j): row
            for block in self.blocks
            for j, row in zip(block.columns, block.parameters, strict=True)
        }
        return tuple(by_item[j] for j in range(len(self)))

    @cached_property
    def n_categories(self) -> NDArray[np.intp]:
        """K of each item, (J,)."""
        result = np.empty(len(self), dtype=np.intp)
        for block in self.blocks:
            result[block.columns] = block.n_categories
        return result

    @cached_property
    def metric(self) -> Metric:
        """The IRT metric of all items; b is (J, largest K - 1), NaN beyond an item's own."""
        parts = [block.model.to_irt(block.parameters) for block in self.blocks]
        return Metric(
            self._gather([part.a for part in parts]),
            self._gather([part.b for part in parts]),
            self._gather([part.c for part in parts]),
            self._gather([part.u for part in parts]),
        )

    @property
    def a(self) -> FloatArray:
        """Slopes, (J,); NaN for nominal items."""
        return self.metric.a

    @property
    def b(self) -> FloatArray:
        """Difficulties, (J,) if all items have two categories, else (J, largest K - 1)."""
        b = self.metric.b
        return b[:, 0] if b.shape[1] == 1 else b

    @property
    def c(self) -> FloatArray:
        """Lower asymptotes, (J,): 0 for models of two categories without one, NaN for K > 2."""
        return self.metric.c

    @property
    def u(self) -> FloatArray:
        """Upper asymptotes, (J,): 1 for models of two categories without one, NaN for K > 2."""
        return self.metric.u

    @cached_property
    def intercept(self) -> FloatArray:
        """Intercepts d (cumulative for partial credit), shaped like `b`."""
        d = self._gather([block.model.intercepts(block.parameters) for block in self.blocks])
        return d[:, 0] if d.shape[1] == 1 else d

    @property
    def negative(self) -> NDArray[np.bool_]:
        """Items with a negative slope, (J,): suspects of a wrong key."""
        return np.nan_to_num(self.a) < 0.0

    # ---- what they say about theta

    def log_probabilities(self, theta: ArrayLike) -> FloatArray:
        """log P(X = k | theta), (J, largest K, Q); -inf for categories an item has not."""
        nodes = _nodes(theta)
        result = np.full((len(self), int(self.n_categories.max()), len(nodes)), -np.inf)
        for block in self.blocks:
            part = block.model.log_probabilities(block.parameters, nodes)
            result[block.columns, : part.shape[1]] = part
        return result

    def probabilities(self, theta: ArrayLike) -> FloatArray:
        """P(X = k | theta), (J, largest K, Q); 0 for categories an item has not."""
        return np.exp(self.log_probabilities(theta))

    def theta_derivatives(self, theta: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """First and second derivative of `log_probabilities` by theta, each (J, largest K, Q).

        0 for categories an item has not.
        """
        nodes = _nodes(theta)
        shape = (len(self), int(self.n_categories.max()), len(nodes))
        first, second = np.zeros(shape), np.zeros(shape)
        for block in self.blocks:
            one, two = block.model.theta_derivatives(block.parameters, nodes)
            first[block.columns, : one.shape[1]] = one
            second[block.columns, : two.shape[1]] = two
        return first, second

    def information(self, theta: ArrayLike) -> FloatArray:
        """Fisher information on theta, (J, Q), per squared logit."""
        nodes = _nodes(theta)
        return self._gather([b.model.information(b.parameters, nodes) for b in self.blocks])

    def expected_score(self, theta: ArrayLike) -> FloatArray:
        """E[X | theta], (J, Q), with categories as scores 0, ..., K - 1."""
        nodes = _nodes(theta)
        return self._gather([b.model.expected_score(b.parameters, nodes) for b in self.blocks])

    def _gather(self, parts: list[FloatArray]) -> FloatArray:
        """Blocks' arrays (J_block, ...) put in the order of the items; short rows end in NaN."""
        widest = max(parts, key=lambda part: part.shape[1:])
        result = np.full((len(self), *widest.shape[1:]), np.nan)
        for block, part in zip(self.blocks, parts, strict=True):
            if part.ndim == 1:
                result[block.columns] = part
            else:
                result[block.columns, : part.shape[1]] = part
        return result


def _nodes(theta: ArrayLike) -> FloatArray:
    return np.atleast_1d(np.asarray(theta, dtype=np.float64))
