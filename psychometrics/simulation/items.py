"""Items to simulate with: drawn at random, and changed for some of the persons."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption
from psychometrics.models import Items, model_named

Floats = NDArray[np.float64]


def draw_items(
    n_items: int,
    model: str,
    *,
    rng: np.random.Generator,
    n_categories: int = 4,
    names: Sequence[str] | None = None,
) -> Items:
    """Draw items as tests have them.

    Parameters
    ----------
    n_items : int
        At least 1.
    model : str
        Any of `psychometrics.models.MODELS`.
    rng : numpy.random.Generator
    n_categories : int
        Of GRM, PCM, RSM, GPCM and NRM items, at least 3; the others have 2.
    names : sequence of n_items str, optional

    Returns
    -------
    Items
        Slopes log a ~ N(0.15, 0.3) (1 for Rasch, PCM and RSM; one for all in the 1PL);
        locations N(0, 1) within [-2.5, 2.5]; c ~ Beta(5, 17); u = 1 - Beta(2, 30); steps
        uniform(0.5, 1.1) apart, the same for all items in the RSM.  NRM: category slopes
        k + N(0, 0.2) and intercepts N(0, 1).

    Raises
    ------
    UnknownModel, BadOption
    """
    kind = model_named(model)
    if n_items < 1:
        raise BadOption(f"{n_items} items cannot be drawn: at least 1 can")
    two = model in {"Rasch", "1PL", "2PL", "3PL", "4PL"}
    if not two and n_categories < 3:
        raise BadOption(f"model {model} has 3 categories or more, not {n_categories}")
    n_steps = 1 if two else n_categories - 1
    if not kind.ordered:
        alpha = np.arange(1, n_categories) + rng.normal(0, 0.2, (n_items, n_steps))
        rows = np.hstack([alpha, rng.normal(0, 1, (n_items, n_steps))])
        return Items.from_parameters(model, list(rows), names=names)
    if model in {"Rasch", "PCM", "RSM"}:
        a = np.ones(n_items)
    else:
        a = np.exp(rng.normal(0.15, 0.3, 1 if model == "1PL" else n_items)) * np.ones(n_items)
    location = rng.normal(0, 1, n_items).clip(-2.5, 2.5)
    gaps = rng.uniform(0.5, 1.1, (1 if model == "RSM" else n_items, n_steps - 1))
    steps = np.hstack([np.zeros((len(gaps), 1)), gaps.cumsum(axis=1)])
    b = location[:, None] + steps - steps.mean(axis=1, keepdims=True)
    c = rng.beta(5, 17, n_items) if model in {"3PL", "4PL"} else None
    u = 1 - rng.beta(2, 30, n_items) if model == "4PL" else None
    return Items.from_irt(model, a, b, c, u, names=names)


def change_items(
    items: Items,
    *,
    harder: Mapping[int, float] | None = None,
    steeper: Mapping[int, float] | None = None,
) -> Items:
    """Items as another group, or another year, meets them: DIF and drift.

    Parameters
    ----------
    items : Items
        Not nominal ones where they are changed.
    harder : mapping from column to float
        Logits added to every b of the item.
    steeper : mapping from column to float
        Factor on the slope, above 0; the b stay.

    Returns
    -------
    Items

    Raises
    ------
    BadOption
        There is no such column, a factor is not above 0, or the item is nominal.
    """
    metric = items.metric
    a, b = metric.a.copy(), metric.b.copy()
    for column, shift in (harder or {}).items():
        b[_column(items, column)] += shift
    for column, factor in (steeper or {}).items():
        if not factor > 0:
            raise BadOption(f"the slope of item {column} cannot be multiplied by {factor}")
        a[_column(items, column)] *= factor
    rows = list(items.rows)
    for column in {*(harder or {}), *(steeper or {})}:
        n_steps = int(items.n_categories[column]) - 1
        changed = Items.from_irt(
            items.models[column].name,
            a[[column]],
            b[[column], :n_steps],
            metric.c[[column]],
            metric.u[[column]],
            negative_slopes=True,
        )
        rows[column] = changed.rows[0]
    return Items.from_parameters([model.name for model in items.models], rows, names=items.names)


def drift_items(
    items: Items, per_occasion: Mapping[int, float], occasions: ArrayLike
) -> dict[int, Items]:
    """Items whose difficulty drifts at a constant rate, as met on each occasion.

    Parameters
    ----------
    items : Items
        On occasion 0.
    per_occasion : mapping from column to float
        Logits by which the item grows harder from one occasion to the next.
    occasions : array of int
        Occasions to make items for; each person's, for example.

    Returns
    -------
    dict from occasion to Items
        What `simulate` takes as ``items_of``.
    """
    return {
        int(occasion): change_items(
            items, harder={column: rate * occasion for column, rate in per_occasion.items()}
        )
        for occasion in np.unique(np.asarray(occasions))
    }


def _column(items: Items, column: int) -> int:
    if not 0 <= column < len(items):
        raise BadOption(f"there is no item {column} among {len(items)}")
    if not items.models[column].ordered:
        raise BadOption(f"item {column} is nominal and has no difficulty or slope to change")
    return column
