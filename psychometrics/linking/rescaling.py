"""Items carried to another scale."""

import numpy as np

from psychometrics.errors import BadOption
from psychometrics.models import FloatArray, Items
from psychometrics.models.log_linear import LogLinear
from psychometrics.models.model import Model

FREE = {"Rasch": "2PL", "PCM": "GPCM", "RSM": "GPCM"}


def rescale_items(items: Items, A: float, B: float) -> Items:
    """The same items for theta* = A theta + B: a* = a / A, b* = A b + B, asymptotes as they are.

    Parameters
    ----------
    items : Items
        Of any model, formats mixed.
    A, B : float
        A above 0; of a `Link`, ``link.A`` and ``link.B``.

    Returns
    -------
    Items
        With the same probabilities at theta* as before at theta.  Rasch items become 2PL, and PCM
        and RSM items GPCM, unless A is 1.

    Raises
    ------
    BadOption
        If A is not above 0, or a constant is not finite.

    Notes
    -----
    Kolen & Brennan (2014), eqs. 6.2 to 6.4.
    """
    if not (np.isfinite(A) and np.isfinite(B) and A > 0):
        raise BadOption(f"A = {A} and B = {B} are no link: A is above 0, and both are finite")
    models, rows = [], []
    for model, row in zip(items.models, items.rows, strict=True):
        name, moved = _moved(model, row, A, B)
        models.append(name)
        rows.append(moved)
    return Items.from_parameters(models, rows, names=items.names)


def _moved(model: Model, row: FloatArray, A: float, B: float) -> tuple[str, FloatArray]:
    if not isinstance(model, LogLinear):
        columns = model.parameter_names(model.n_categories(len(row)))
        is_d = np.array([name.startswith("d") for name in columns])
        moved = np.where(is_d, row - row[0] * B / A, row)
        moved[0] = row[0] / A
        return model.name, moved
    if model.name == "RSM" and A == 1.0:
        return model.name, np.concatenate([row[:1], row[1:2] - row[0] * B, row[2:]])
    alpha, delta = (part[0, 1:] for part in model.slopes_and_intercepts(row[None, :]))
    shifted = delta - alpha * B / A
    if not model.ordered:
        return model.name, np.concatenate([alpha / A, shifted])
    name = model.name if A == 1.0 else FREE.get(model.name, model.name)
    return name, np.concatenate([[alpha[0] / A], shifted])
