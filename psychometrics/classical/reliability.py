"""How consistently a test measures: alpha, omega and the standard error of measurement."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import ndtri

from psychometrics.errors import BadOption
from psychometrics.responses import read_responses

Floats = NDArray[np.float64]

UNIQUENESS_FLOOR = 0.005  # a unique variance below this share is a Heywood case


@dataclass(frozen=True, slots=True)
class Coefficient:
    """An estimate with its interval, or the reason why there is none.

    Attributes
    ----------
    value, standard_error, lower, upper : float
        NaN exactly where ``undefined`` says why.
    undefined : str or None
        A sentence, or None where the value is defined.
    """

    value: float
    standard_error: float
    lower: float
    upper: float
    undefined: str | None = None


@dataclass(frozen=True, slots=True)
class Reliability:
    """Reliability of the sum score of a test.

    Attributes
    ----------
    n_persons, n_items : int
        Persons with at least one response; items.
    n_smallest : int
        The smallest number of persons behind any covariance (``n_persons`` on complete data).
    mean, standard_deviation : float
        Of the sum score over all items, in points; the deviation is NaN where no two persons
        were given some item, or some two items together, which ``alpha.undefined`` says.
    alpha, omega : Coefficient
        Cronbach's alpha; McDonald's omega of the one-factor model.
    standard_error_of_measurement : float
        ``standard_deviation * sqrt(1 - alpha)``, in points; NaN where ``alpha.undefined``.
    alpha_without : (n_items,) array
        Alpha of the test without each item; NaN where ``alpha_without_undefined`` says why.
    alpha_without_undefined : tuple of (str or None)
        One an item.
    loadings : (n_items,) array
        Standardised loadings of the one-factor solution; 0 for an item without variance; NaN
        throughout where ``omega.undefined``.
    heywood : tuple of int
        Columns whose unique variance would fall under 0.005 of their variance; they are held
        there.
    """

    n_persons: int
    n_items: int
    n_smallest: int
    mean: float
    standard_deviation: float
    alpha: Coefficient
    omega: Coefficient
    standard_error_of_measurement: float
    alpha_without: Floats
    alpha_without_undefined: tuple[str | None, ...]
    loadings: Floats
    heywood: tuple[int, ...]


def reliability(
    responses: ArrayLike, *, missing: int | None = None, confidence: float = 0.95
) -> Reliability:
    """Alpha and omega of the sum score, with intervals, and its standard error.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Item scores 0, 1, 2, ... points; NaN (or the code ``missing``) for not administered.
    missing : int, optional
        Code of a response not administered in an integer array.
    confidence : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    Reliability

    Raises
    ------
    BadResponses
        A response is not a whole number from 0, or the matrix is empty.
    BadOption
        ``confidence`` is not between 0 and 1.

    Notes
    -----
    *Missing responses*: each covariance uses the persons who were given both items; mean and
    variance of the sum score are sums of item means and covariances, so they describe the
    score on all items also where no person saw all.  With complete data nothing differs from
    the usual.  Two items never given to two persons together leave alpha and omega undefined.

    *Omega* is ``c / (c + u)`` with ``c = (sum of s_j l_j)^2``, ``u = sum of s_j^2 (1 - l_j^2)``,
    where ``l`` minimises the squared off-diagonal residuals of the correlation matrix (minres,
    Harman & Jones, 1966) and ``s`` are standard deviations (McDonald, 1999, eq. 6.20b).

    *Standard errors* do not assume normal scores: a person's influence on a coefficient is its
    derivative with respect to the covariances times the person's cross-products (Maydeu-Olivares,
    Coffman & Hartmann, 2007).  Intervals are symmetric for ``log(1 - coefficient)``, so they
    stay below 1 (Bonett, 2002).
    """
    if not 0 < confidence < 1:
        raise BadOption(f"confidence is {confidence}, not between 0 and 1")
    codes = read_responses(responses, missing=missing)
    codes = codes[(codes >= 0).any(axis=1)]
    given = codes >= 0
    moments = _moments(codes, given)
    alpha_reason = _why_no_alpha(moments)
    n_persons, n_items = codes.shape
    deviations = np.where(given, codes - moments.means, 0.0)

    def estimated(value: float, gradient: Floats) -> Coefficient:
        influence = _influence(gradient, moments, deviations, given)
        return _with_interval(value, influence, confidence)

    covariances = moments.covariances
    variance = float(covariances.sum())
    if alpha_reason is None:
        alpha = estimated(*_alpha(covariances))
    else:
        alpha = _no_coefficient(alpha_reason)
    omega_reason = alpha_reason or _why_no_omega(moments)
    loadings, heywood = np.full(n_items, np.nan), np.zeros(0, np.intp)
    if omega_reason is None:
        loadings, heywood = _one_factor(covariances)
        omega = estimated(*_omega(covariances, loadings, heywood))
    else:
        omega = _no_coefficient(omega_reason)
    without, without_reasons = _alpha_without(moments, alpha_reason)
    return Reliability(
        n_persons=n_persons,
        n_items=n_items,
        n_smallest=int(moments.counts.min()),
        mean=float(moments.means.sum()),
        standard_deviation=float(np.sqrt(max(variance, 0.0))),
        alpha=alpha,
        omega=omega,
        standard_error_of_measurement=float(
            np.sqrt(max(variance, 0.0) * max(1.0 - alpha.value, 0.0))
            if alpha_reason is None
            else np.nan
        ),
        alpha_without=without,
        alpha_without_undefined=without_reasons,
        loadings=loadings,
        heywood=tuple(int(column) for column in heywood),
    )


@dataclass(frozen=True, slots=True)
class _Moments:
    means: Floats  # (n_items,)
    covariances: Floats  # (n_items, n_items), of the persons given both
    counts: NDArray[np.int64]  # (n_items, n_items), persons given both


def _moments(codes: NDArray[np.int8], given: NDArray[np.bool_]) -> _Moments:
    mask = given.astype(float)
    n_each = mask.sum(axis=0)
    means = np.where(given, codes, 0).sum(axis=0) / np.maximum(n_each, 1)
    deviations = np.where(given, codes - means, 0.0)
    counts = mask.T @ mask
    sums = deviations.T @ mask  # of item j over the persons who were given item k too
    with np.errstate(divide="ignore", invalid="ignore"):
        covariances = (deviations.T @ deviations - sums * sums.T / counts) / (counts - 1)
    covariances[counts < 2] = np.nan
    return _Moments(means, covariances, counts.round().astype(np.int64))


def _why_no_alpha(moments: _Moments) -> str | None:
    n_items = len(moments.means)
    if n_items < 2:
        return "Alpha needs at least two items."
    lonely = np.argwhere(moments.counts < 2)
    if len(lonely):
        j, k = min(lonely.tolist(), key=lambda pair: (pair[0] != pair[1], pair))
        whom = f"item {j} was" if j == k else f"items {j} and {k} were together"
        return f"Fewer than two persons answered what alpha needs: {whom} given to too few."
    if not moments.covariances.sum() > _rounding(moments.covariances):
        return "The sum score has no variance."
    return None


def _why_no_omega(moments: _Moments) -> str | None:
    varies = _varies(moments.covariances)
    if varies.sum() < 3:
        return "Omega needs at least three items that vary."
    off_diagonal = moments.covariances - np.diag(np.diag(moments.covariances))
    if np.abs(off_diagonal).max() <= _rounding(moments.covariances):
        return "No two items covary, so there is no factor."
    return None


def _rounding(covariances: Floats) -> float:
    return float(1e-12 * np.trace(covariances))


def _varies(covariances: Floats) -> NDArray[np.bool_]:
    return np.diag(covariances) > _rounding(covariances)


def _alpha(covariances: Floats) -> tuple[float, Floats]:
    """Alpha and its derivative with respect to the covariance matrix."""
    n_items = len(covariances)
    scale = n_items / (n_items - 1)
    trace, total = np.trace(covariances), covariances.sum()
    gradient = scale * (trace / total**2 - np.eye(n_items) / total)
    return float(scale * (1 - trace / total)), gradient


def _alpha_without(
    moments: _Moments, alpha_reason: str | None
) -> tuple[Floats, tuple[str | None, ...]]:
    n_items = len(moments.means)
    reason = alpha_reason
    if reason is None and n_items < 3:
        reason = "Without this item only one is left."
    if reason is not None:
        return np.full(n_items, np.nan), (reason,) * n_items
    covariances = moments.covariances
    variances = np.diag(covariances)
    trace = variances.sum() - variances
    total = covariances.sum() - 2 * covariances.sum(axis=0) + variances
    defined = total > _rounding(covariances)
    scale = (n_items - 1) / (n_items - 2)
    values = np.full(n_items, np.nan)
    values[defined] = scale * (1 - trace[defined] / total[defined])
    why = "Without this item the sum score has no variance."
    return values, tuple(None if good else why for good in defined)


def _one_factor(covariances: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Minres loadings of the items that vary (0 for the others), and the columns at the bound."""
    varies = np.flatnonzero(_varies(covariances))
    deviations = np.sqrt(np.diag(covariances)[varies])
    correlations = covariances[np.ix_(varies, varies)] / np.outer(deviations, deviations)
    np.fill_diagonal(correlations, 0.0)
    bound = np.sqrt(1 - UNIQUENESS_FLOOR)
    size, vectors = np.linalg.eigh(correlations)
    start = vectors[:, -1] * np.sqrt(max(size[-1], 1e-3))

    def misfit(loadings: Floats) -> float:
        residuals = correlations - np.outer(loadings, loadings)
        np.fill_diagonal(residuals, 0.0)
        return float((residuals**2).sum() / 4)

    def slope(loadings: Floats) -> Floats:
        squares = loadings**2
        return np.asarray(loadings * (squares.sum() - squares) - correlations @ loadings)

    found = minimize(
        misfit,
        np.clip(start, -bound, bound),
        jac=slope,
        method="L-BFGS-B",
        bounds=[(-bound, bound)] * len(varies),
        options={"maxiter": 10_000, "maxfun": 100_000, "ftol": 0.0, "gtol": 1e-10},
    ).x
    at_bound = np.abs(found) >= bound
    free = np.flatnonzero(~at_bound)
    for _ in range(3):  # Newton's steps take the last digits
        step = np.linalg.lstsq(_curvature(correlations, found, free), slope(found)[free])[0]
        closer = found.copy()
        closer[free] = np.clip(found[free] - step, -bound, bound)
        if not np.abs(slope(closer)[free]).max(initial=0) < np.abs(slope(found)[free]).max(
            initial=0
        ):
            break
        found = closer
    if found.sum() < 0:
        found = -found
    loadings = np.zeros(len(covariances))
    loadings[varies] = found
    return loadings, varies[at_bound]


def _curvature(correlations: Floats, loadings: Floats, free: NDArray[np.intp]) -> Floats:
    """Second derivatives of the minres misfit in the free loadings."""
    curvature = 2 * np.outer(loadings, loadings) - correlations
    np.fill_diagonal(curvature, (loadings**2).sum() - loadings**2)
    return np.asarray(curvature[np.ix_(free, free)])


def _omega(
    covariances: Floats, loadings: Floats, heywood: NDArray[np.intp]
) -> tuple[float, Floats]:
    """Omega and its derivative with respect to the covariance matrix."""
    scale = np.sqrt(np.clip(np.diag(covariances), 0.0, None))
    root = float(scale @ loadings)
    unique = float(scale**2 @ (1 - loadings**2))
    total = root**2 + unique
    by_root, by_unique = 2 * root * unique / total**2, -(root**2) / total**2
    by_loading = by_root * scale - 2 * by_unique * scale**2 * loadings
    by_scale = by_root * loadings + 2 * by_unique * scale * (1 - loadings**2)

    # the loadings move with the correlations by the implicit function theorem
    varies = _varies(covariances)
    free = np.setdiff1d(np.flatnonzero(varies), heywood)
    inverse = np.zeros_like(scale)
    np.divide(1.0, scale, out=inverse, where=varies)
    correlations = covariances * np.outer(inverse, inverse)
    np.fill_diagonal(correlations, 0.0)
    pull = np.zeros_like(loadings)
    pull[free] = np.linalg.lstsq(_curvature(correlations, loadings, free), by_loading[free])[0]
    by_correlation = (np.outer(pull, loadings) + np.outer(loadings, pull)) / 2
    np.fill_diagonal(by_correlation, 0.0)
    gradient = by_correlation * np.outer(inverse, inverse)
    on_diagonal = by_scale * inverse / 2 - inverse**2 * (by_correlation * correlations).sum(axis=0)
    return root**2 / total, gradient + np.diag(on_diagonal)


def _influence(
    gradient: Floats, moments: _Moments, deviations: Floats, given: NDArray[np.bool_]
) -> Floats:
    """Each person's influence on a coefficient, shape (n_persons,)."""
    weighted = gradient * (len(given) / moments.counts)
    mask = given.astype(float)
    squares = ((deviations @ weighted) * deviations).sum(axis=1)
    expected = ((mask @ (weighted * moments.covariances)) * mask).sum(axis=1)
    return np.asarray(squares - expected)


def _with_interval(value: float, influence: Floats, confidence: float) -> Coefficient:
    error = float(influence.std() / np.sqrt(len(influence)))
    gap = 1 - value
    if not gap > 0:
        return Coefficient(value, error, value, value)
    factor = float(np.exp(ndtri((1 + confidence) / 2) * error / gap))
    return Coefficient(value, error, 1 - gap * factor, 1 - gap / factor)


def _no_coefficient(reason: str) -> Coefficient:
    return Coefficient(np.nan, np.nan, np.nan, np.nan, reason)
