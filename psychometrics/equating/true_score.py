"""True-score equating: equivalent are the scores that both forms expect at one theta."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.equating.conversion import Conversion, EquatingFlag, converted
from psychometrics.equating.placed import Moves, check_scored, has_errors, standard_errors
from psychometrics.errors import BadOption
from psychometrics.linking.curves import expected_score_slopes
from psychometrics.linking.result import Link
from psychometrics.models import FloatArray, Items

FAR = 2.0**30  # logits; where a curve has reached its asymptotes
MOST_STEPS = 200
SMALL_STEP = 1e-13  # of theta, relative
AT_ASYMPTOTE = 1e-9  # points


def equate_true_score(
    items_from: Items,
    items_to: Items,
    *,
    link: Link | None = None,
    scores: ArrayLike | None = None,
) -> Conversion:
    """For scores of one form, the scores the other form expects of the same persons.

    Parameters
    ----------
    items_from, items_to : Items
        The items that count on each form, each calibration on its own scale.
    link : Link, optional
        Takes the from-form's scale to the to-form's; ``link.inverse()`` of a link the other way.
        Without it the forms are on one scale already.
    scores : (S,) array_like, optional
        Scores of the from-form, whole or not; 0, 1, ..., the highest if not given.

    Returns
    -------
    Conversion
        With ``theta`` on the to-scale, and standard errors where the link came with covariances.
        Flagged ``beyond_asymptote`` for scores that no theta is expected to get.

    Raises
    ------
    BadItems
        For nominal items and slopes that are not above 0.
    BadOption
        If a score is outside the from-form's scale.

    Notes
    -----
    Lord (1980), ch. 13; Kolen & Brennan (2014), section 6.5.  At and below the sum of the lower
    asymptotes c scores are interpolated, 0 to 0 and sum c to sum c (their eq. 6.20), and likewise
    between the sum of the upper asymptotes and the highest score.  Standard errors: Ogasawara
    (2001), by the delta method over the parameters of both forms, A and B among them.
    """
    check_scored(items_from, items_to)
    tops = [float((items.n_categories - 1).sum()) for items in (items_from, items_to)]
    given = np.arange(tops[0] + 1.0) if scores is None else _read_scores(scores, tops[0])
    A, B = (1.0, 0.0) if link is None else (link.A, link.B)
    ends = np.array([[-FAR, FAR]])
    limits = [items.expected_score(ends[0]).sum(axis=0) for items in (items_from, items_to)]
    below = given <= limits[0][0] + AT_ASYMPTOTE
    above = (given >= limits[0][1] - AT_ASYMPTOTE) & ~below
    inside = ~(below | above)

    u = np.where(below, -FAR, FAR)
    u[inside] = theta_of(items_from, given[inside])
    theta = np.where(inside, A * u + B, np.copysign(np.inf, u))
    equivalent = np.empty_like(given)
    equivalent[inside] = items_to.expected_score(theta[inside]).sum(axis=0)
    low, high = _ratio(limits, 0, tops), _ratio(limits, 1, tops)
    equivalent[below] = given[below] * low
    equivalent[above] = tops[1] - (tops[0] - given[above]) * high

    moves = None
    if has_errors(link):
        moves = _moves(items_from, items_to, u, A, B, inside)
        for outside, at, ratio, room in (
            (below, 0, low, limits[0][0]),
            (above, 1, high, tops[0] - limits[0][1]),
        ):
            if room > AT_ASYMPTOTE:  # both ends of the interpolation move with the asymptotes
                share = (given if at == 0 else tops[0] - given)[outside, None] / room
                end = ends[0, at : at + 1]
                moves.by_from[outside] = -share * ratio * expected_score_slopes(items_from, end)
                moves.by_to[outside] = share * expected_score_slopes(items_to, end)
    error, flags = standard_errors(moves, link, items_from, items_to)
    return converted(
        "true score",
        given,
        equivalent,
        tops[1],
        standard_error=error,
        theta=theta,
        flags=(*flags, *_beyond(given, (below & (given > 0)) | (above & (given < tops[0])))),
    )


def theta_of(items: Items, score: FloatArray) -> FloatArray:
    """Where items with slopes above 0 expect these scores, in logits: Newton in a bracket."""
    low, high = np.full(len(score), -1.0), np.ones(len(score))
    if len(score) == 0:
        return low
    while (short := (items.expected_score(low).sum(axis=0) > score) & (low > -FAR)).any():
        low[short] *= 2.0
    while (short := (items.expected_score(high).sum(axis=0) < score) & (high < FAR)).any():
        high[short] *= 2.0
    u = (low + high) / 2.0
    for _ in range(MOST_STEPS):
        over = items.expected_score(u).sum(axis=0) - score
        low, high = np.where(over < 0, u, low), np.where(over > 0, u, high)
        rise = _rise(items, u)
        step = np.divide(over, rise, out=np.full_like(u, np.inf), where=rise > 0)
        newton = (u - step > low) & (u - step < high)
        following = np.where(newton, u - step, (low + high) / 2.0)
        following = np.where(over == 0, u, following)
        moved, u = np.abs(following - u), following
        if (moved <= SMALL_STEP * (1.0 + np.abs(u))).all():
            break
    return np.asarray(u)


def _moves(
    items_from: Items, items_to: Items, u: FloatArray, A: float, B: float, inside: NDArray[np.bool_]
) -> Moves:
    """Derivatives of the equivalents with a theta; 0 for the others."""
    n = len(u)
    at, theta = u[inside], A * u[inside] + B
    rise_from, rise_to = _rise(items_from, at), _rise(items_to, theta)
    by_from = np.zeros((n, sum(map(len, items_from.rows))))
    by_to = np.zeros((n, sum(map(len, items_to.rows))))
    by_link = np.zeros((n, 2))
    by_from[inside] = -(A * rise_to / rise_from)[:, None] * expected_score_slopes(items_from, at)
    by_to[inside] = expected_score_slopes(items_to, theta)
    by_link[inside] = rise_to[:, None] * np.stack([at, np.ones_like(at)], axis=1)
    return Moves(by_from, by_to, by_link)


def _rise(items: Items, theta: FloatArray) -> FloatArray:
    """The slope of the expected score in theta."""
    first, _ = items.theta_derivatives(theta)
    points = np.arange(float(first.shape[1]))
    return np.asarray(np.einsum("k,jkq,jkq->q", points, items.probabilities(theta), first))


def _ratio(limits: list[FloatArray], at: int, tops: list[float]) -> float:
    """Points of the to-form for a point of the from-form beyond the asymptotes."""
    room = [abs(float(limit[at]) - at * top) for limit, top in zip(limits, tops, strict=True)]
    return room[1] / room[0] if room[0] > AT_ASYMPTOTE else 1.0


def _read_scores(scores: ArrayLike, top: float) -> FloatArray:
    given = np.atleast_1d(np.asarray(scores, dtype=np.float64))
    bad = np.flatnonzero(~((given >= 0) & (given <= top)))
    if given.ndim != 1 or len(bad):
        what = f"score {given.ravel()[bad[0]]}" if len(bad) else "a table"
        raise BadOption(f"{what} is not on the from-form's scale from 0 to {top:g}")
    return given


def _beyond(given: FloatArray, beyond: NDArray[np.bool_]) -> list[EquatingFlag]:
    if not beyond.any():
        return []
    sentence = (
        f"{int(beyond.sum())} scores are at or beyond what any theta is expected to get: their "
        "equivalents are interpolated between the asymptotes and the end of the scale."
    )
    return [EquatingFlag("beyond_asymptote", sentence, tuple(given[beyond].tolist()))]
