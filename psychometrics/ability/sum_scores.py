"""Theta from the raw score alone.  Source: Lord & Wingersky (1984); Thissen et al. (1995)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.ability.tables import check_prior
from psychometrics.models import FloatArray, Items
from psychometrics.quadrature import Quadrature, quadrature_for


@dataclass(frozen=True, slots=True, eq=False)
class SumScoreTable:
    """What each raw score says of theta.

    Attributes
    ----------
    score : (S,) integer array
        0, 1, ..., the highest possible.
    theta : (S,) array
        Posterior mean in logits.
    standard_error : (S,) array
        Posterior standard deviation.
    probability : (S,) array
        Of the score in the population; sums to 1.
    """

    score: NDArray[np.intp]
    theta: FloatArray
    standard_error: FloatArray
    probability: FloatArray


def score_probabilities(items: Items, theta: ArrayLike) -> FloatArray:
    """P(raw score | theta), shape (S, Q), by the recursion of Lord & Wingersky (1984).

    Categories count as points 0, ..., K - 1; S is one more than the highest score.

    Parameters
    ----------
    items : Items
    theta : (Q,) array_like
        Logits.
    """
    p = items.probabilities(theta)
    points = items.n_categories - 1
    result = np.zeros((int(points.sum()) + 1, p.shape[2]))
    result[0] = 1.0
    highest = 0
    for item, most in zip(p, points.tolist(), strict=True):
        before = result[: highest + 1].copy()
        result[: highest + 1] *= item[0]
        for k in range(1, most + 1):
            result[k : highest + k + 1] += before * item[k]
        highest += most
    return result


def sum_score_table(
    items: Items, *, mean: float = 0.0, sd: float = 1.0, quadrature: Quadrature | None = None
) -> SumScoreTable:
    """EAP of theta for every raw score on all of the items.

    Parameters
    ----------
    items : Items
    mean, sd : float
        Of theta's normal prior, in logits.
    quadrature : Quadrature, optional

    Returns
    -------
    SumScoreTable

    Raises
    ------
    BadOption
        If the prior is none.
    """
    mean, sd = check_prior(mean, sd)
    if quadrature is None:
        information = items.information(np.linspace(-5.0, 5.0, 81)).sum(axis=0)
        quadrature = quadrature_for(information, mean, sd)
    nodes = quadrature.nodes
    joint = score_probabilities(items, nodes) * np.exp(quadrature.log_weights(mean, sd))
    probability = joint.sum(axis=1)
    theta = joint @ nodes / probability
    spread = (joint * (nodes - theta[:, None]) ** 2).sum(axis=1) / probability
    return SumScoreTable(np.arange(len(probability)), theta, np.sqrt(spread), probability)
