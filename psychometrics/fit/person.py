"""Person fit: how likely a pattern is beside the patterns its person could have given."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from psychometrics.errors import BadOption
from psychometrics.fit.residuals import BLOCK, read_scored, read_theta
from psychometrics.models import Items
from psychometrics.responses import Codes

Floats = NDArray[np.float64]
Estimator = Literal["ML", "MAP", "WLE"]


@dataclass(frozen=True, slots=True)
class PersonFit:
    """Standardised log-likelihoods; arrays have shape (n_persons,).

    Attributes
    ----------
    n : array of int
        Responses used.
    log_likelihood : array
        Of the responses at the ability.
    lz : array
        Its distance from its expectation in standard deviations (also called Zh where items
        have more than two categories).  Negative: the pattern is unlikelier than it should be.
        NaN where ``undefined`` says why.
    lz_star : array or None
        The same allowing for the ability being estimated (Snijders); None if ``estimator`` was
        not given.
    p_value : array
        Probability of a value as low under the normal distribution, of ``lz_star`` if there is
        one, else of ``lz`` (which is then conservative).
    undefined : tuple of (str or None)
    """

    n: NDArray[np.int64]
    log_likelihood: Floats
    lz: Floats
    lz_star: Floats | None
    p_value: Floats
    undefined: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ItemLikelihoodFit:
    """Zh of items; arrays have shape (n_items,).

    Attributes
    ----------
    n : array of int
        Responses used.
    zh : array
        Log-likelihood of all responses to the item, standardised; NaN where ``undefined`` says
        why.
    undefined : tuple of (str or None)
    """

    n: NDArray[np.int64]
    zh: Floats
    undefined: tuple[str | None, ...]


def person_fit(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    estimator: Estimator | None = None,
    mean: float = 0.0,
    sd: float = 1.0,
    missing: int | None = None,
) -> PersonFit:
    """Standardised log-likelihood of each person's pattern: lz, Zh and lz*.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        Of any model.
    theta : (n_persons,) array
        Abilities in logits.
    estimator : {"ML", "MAP", "WLE"}, optional
        How ``theta`` was estimated, to have lz* too.  EAP has no such correction.
    mean, sd : float
        Of the normal prior that "MAP" used.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    PersonFit
        A person whose ability is not finite, or whose responses were certain, has no value.

    Raises
    ------
    BadResponses, BadOption

    Notes
    -----
    lz: Drasgow, Levine & Williams (1985).  lz*: Snijders (2001) and, for more than two
    categories, Sinharay (2016): with ``l`` the log-likelihood, ``s`` its derivative in theta,
    ``c = Cov(l, s) / Var(s)`` and ``r`` with ``s + r = 0`` at the estimate,

        lz* = (l - E l + c r) / sqrt(Var l - c^2 Var s).
    """
    if estimator is not None and estimator not in ("ML", "MAP", "WLE"):
        raise BadOption(f"lz* is known for ML, MAP and WLE, not for {estimator!r}")
    if not sd > 0:
        raise BadOption(f"the prior's standard deviation is {sd}, not above 0")
    codes = read_scored(responses, items, missing)
    values = read_theta(theta, len(codes))
    parts = _likelihood_parts(codes, items, values).sum(axis=1)
    n, log_likelihood, expected, variance, covariance, information, warm = parts.T
    defined = variance > 1e-12
    spread = np.sqrt(np.where(defined, variance, 1.0))
    lz = np.where(defined, (log_likelihood - expected) / spread, np.nan)
    lz_star = None
    if estimator is not None:
        known = np.where(information > 0, information, 1.0)
        ratio = covariance / known
        remaining = variance - ratio**2 * information
        defined &= remaining > 1e-12
        pull = {
            "ML": np.zeros_like(values),
            "MAP": -(values - mean) / sd**2,
            "WLE": warm / (2 * known),
        }[estimator]
        corrected = log_likelihood - expected + ratio * np.nan_to_num(pull)
        spread = np.sqrt(np.where(defined, remaining, 1.0))
        lz_star = np.where(defined, corrected / spread, np.nan)
    return PersonFit(
        n=n.astype(np.int64),
        log_likelihood=np.where(np.isfinite(values), log_likelihood, np.nan),
        lz=lz,
        lz_star=lz_star,
        p_value=ndtr(lz if lz_star is None else lz_star),
        undefined=tuple(_why_not(*each) for each in zip(n, values, defined, strict=True)),
    )


def item_zh(
    responses: ArrayLike, items: Items, theta: ArrayLike, *, missing: int | None = None
) -> ItemLikelihoodFit:
    """Zh of each item: the log-likelihood of all its responses, standardised.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        Of any model.
    theta : (n_persons,) array
        Abilities in logits; a person whose ability is not finite is not used.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    ItemLikelihoodFit

    Raises
    ------
    BadResponses, BadOption

    Notes
    -----
    Drasgow, Levine & Williams (1985), summed over persons instead of items.
    """
    codes = read_scored(responses, items, missing)
    parts = _likelihood_parts(codes, items, read_theta(theta, len(codes))).sum(axis=0)
    n, log_likelihood, expected, variance = parts[:, :4].T
    defined = variance > 1e-12
    spread = np.sqrt(np.where(defined, variance, 1.0))
    return ItemLikelihoodFit(
        n=n.astype(np.int64),
        zh=np.where(defined, (log_likelihood - expected) / spread, np.nan),
        undefined=tuple(
            None if good else "No uncertain response to this item." for good in defined
        ),
    )


def _likelihood_parts(codes: Codes, items: Items, theta: Floats) -> Floats:
    """What the sums over a row or a column need, shape (n_persons, n_items, 7).

    Whether used, log P, E log P, Var log P, Cov(log P, s), Var s, and the sum of P' P'' / P.
    """
    parts = np.zeros((*codes.shape, 7))
    rows = np.arange(len(items))
    for start in range(0, len(codes), BLOCK):
        those = slice(start, start + BLOCK)
        finite = np.isfinite(theta[those])
        at = np.where(finite, theta[those], 0.0)
        logs = items.log_probabilities(at)
        first, second = items.theta_derivatives(at)
        probabilities = np.exp(logs)
        logs = np.where(probabilities > 0, logs, 0.0)
        seen = np.maximum(codes[those], 0).T
        mean = (probabilities * logs).sum(axis=1)
        parts[those] = np.stack(
            [
                np.ones_like(mean),
                logs[rows[:, None], seen, np.arange(len(at))],
                mean,
                (probabilities * (logs - mean[:, None]) ** 2).sum(axis=1),
                (probabilities * first * logs).sum(axis=1),
                (probabilities * first**2).sum(axis=1),
                (probabilities * first * (second + first**2)).sum(axis=1),
            ],
            axis=2,
        ).transpose(1, 0, 2)
    parts[(codes < 0) | ~np.isfinite(theta)[:, None]] = 0.0
    return parts


def _why_not(n: float, theta: float, defined: bool) -> str | None:
    if not np.isfinite(theta):
        return "The ability is not finite."
    if n == 0:
        return "No item was administered."
    return None if defined else "The pattern leaves nothing uncertain at this ability."
