"""Theta of each person, with its standard error."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.ability.maximum import maxima
from psychometrics.ability.tables import (
    check_prior,
    posteriors,
    read_codes,
    tabulated,
    tabulated_on,
)
from psychometrics.errors import BadOption
from psychometrics.models import FloatArray, Items
from psychometrics.quadrature import Quadrature

Method = Literal["EAP", "MAP", "ML", "WLE"]


@dataclass(frozen=True, slots=True, eq=False)
class Abilities:
    """Persons' theta.

    Attributes
    ----------
    theta : (n,) array
        Logits.  NaN by ML and WLE for persons who answered nothing (``n_answered`` is 0).
    standard_error : (n,) array
        EAP: posterior standard deviation.  MAP and ML: 1 / sqrt(-h''), h being what is maximised.
        WLE: 1 / sqrt(I), Fisher's information at theta of the items answered.
    at_bound : (n,) int8 array
        -1 or 1 where the estimate is infinite (all wrong, all right) or beyond ``bounds``: theta
        is then the bound, and its standard error the one there.  Otherwise 0; always 0 for EAP.
    n_answered : (n,) integer array
        Items answered.
    method : str
    """

    theta: FloatArray
    standard_error: FloatArray
    at_bound: NDArray[np.int8]
    n_answered: NDArray[np.intp]
    method: Method


def score(
    responses: ArrayLike,
    items: Items,
    method: Method = "EAP",
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    missing: int | None = None,
    quadrature: Quadrature | None = None,
    bounds: tuple[float, float] = (-10.0, 10.0),
) -> Abilities:
    """Estimate theta of every person.

    Parameters
    ----------
    responses : (n, J) or (J,) array_like
        Categories; NaN is not administered, and so is the code ``missing``.
    items : Items
        J of them, in the order of the columns.
    method : {"EAP", "MAP", "ML", "WLE"}
        Mean or mode of the posterior, maximum of the likelihood, or Warm's (1989) weighted
        likelihood, l' + J / (2 I) = 0 with J the sum of P' P'' / P.
    mean, sd : float
        Of theta's normal prior (EAP and MAP), in logits.
    missing : int, optional
    quadrature : Quadrature, optional
        Nodes for EAP; by default they resolve the sharpest posterior.
    bounds : (float, float)
        Where MAP, ML and WLE are searched, in logits.

    Returns
    -------
    Abilities

    Raises
    ------
    BadResponses
        A cell is no category of its item; the sentence names it.
    BadOption
        An unknown method, a prior or bounds that are none.
    """
    if method not in {"EAP", "MAP", "ML", "WLE"}:
        raise BadOption(f"method = {method!r} is none of EAP, MAP, ML, WLE")
    mean, sd = check_prior(mean, sd)
    codes = read_codes(responses, items, missing)
    n_answered = (codes >= 0).sum(axis=1)
    if method == "EAP":
        table = (
            tabulated(items, mean, sd)
            if quadrature is None
            else tabulated_on(items, quadrature, mean, sd)
        )
        theta, error = np.empty(len(codes)), np.empty(len(codes))
        nodes = table.quadrature.nodes
        moments = np.stack([nodes, nodes**2])
        for rows, posterior in posteriors(codes, table):
            theta[rows], square = moments @ posterior
            error[rows] = np.sqrt(np.maximum(square - theta[rows] ** 2, 0.0))
        return Abilities(theta, error, np.zeros(len(codes), np.int8), n_answered, method)
    low, high = bounds
    if not (isfinite(low) and isfinite(high) and low < high):
        raise BadOption(f"bounds = {bounds} is not a range of theta")
    theta, error, at_bound = maxima(codes, items, method, mean, sd, (float(low), float(high)))
    return Abilities(theta, error, at_bound, n_answered, method)
