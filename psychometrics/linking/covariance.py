"""The covariance of a form's parameters in the order that links read them."""

import numpy as np

from psychometrics.calibration import Calibration
from psychometrics.errors import BadOption
from psychometrics.models import FloatArray

SHARING = {"1PL", "RSM"}  # models in which items share parameters, which then bear no item's name


def item_covariance(calibration: Calibration) -> FloatArray:
    """Covariances of the parameters of ``calibration.items``, for `link`.

    Parameters
    ----------
    calibration : Calibration
        With standard errors.

    Returns
    -------
    (P, P) array
        Item after item in the order of ``calibration.items.rows``; 0 for what is fixed, and the
        same rows where items share a parameter.

    Raises
    ------
    BadOption
        If the calibration has no covariance, which its flags then explain.
    """
    if calibration.covariance is None:
        raise BadOption(
            "the calibration has no covariance: ask for standard errors, and see its flags"
        )
    at = {name: number for number, name in enumerate(calibration.parameter_names)}
    where = []
    items = calibration.items
    for name, model, row in zip(items.names, items.models, items.rows, strict=True):
        for column in model.parameter_names(model.n_categories(len(row))):
            shared = at.get(column, -1) if model.name in SHARING else -1
            where.append(at.get(f"{name}.{column}", shared))
    index = np.array(where, dtype=np.intp)
    result = calibration.covariance[np.ix_(index, index)]
    result[index < 0] = 0.0
    result[:, index < 0] = 0.0
    return np.asarray(result)
