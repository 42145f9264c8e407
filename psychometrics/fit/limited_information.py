"""M2, M2* and C2: does the model reproduce the responses to pairs of items?"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import brentq
from scipy.special import chdtr, chdtrc, chndtr

from psychometrics.errors import BadOption, NotEnoughData, NotIdentified
from psychometrics.fit.free_parameters import FreeParameters, free_parameters
from psychometrics.fit.moments import (
    ItemFunctions,
    ResponseModel,
    irt_model,
    item_functions,
    moments,
)
from psychometrics.fit.residuals import complete_rows, population, read_scored, refuse_nominal
from psychometrics.models import Items
from psychometrics.responses import Codes

Floats = NDArray[np.float64]

MOST_MOMENTS = 25_000  # their covariance matrix then takes 5 GB


@dataclass(frozen=True, slots=True)
class LimitedInformation:
    """Fit of a model to univariate and bivariate margins.

    Attributes
    ----------
    statistic, df, p_value : float, int, float
        M2* or C2 (both M2 where all items have two categories).
    rmsea, rmsea_lower, rmsea_upper : float
        Root mean square error of approximation with its 90 % interval.
    srmsr : float
        Root mean square of residual correlations of item scores.
    cfi, tli : float, float or None
        Gain over items that have nothing in common; ``tli`` is None where those fit exactly.
    null_statistic, null_df : float, int
        The same statistic of that model.
    n_persons : int
        Persons with all responses, who alone are used.
    flags : tuple of str
        How many persons were not used, and why.
    """

    statistic: float
    df: int
    p_value: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    srmsr: float
    cfi: float
    tli: float | None
    null_statistic: float
    null_df: int
    n_persons: int
    flags: tuple[str, ...] = ()


def limited_information(
    responses: ArrayLike,
    items: Items,
    *,
    statistic: Literal["M2*", "C2"] = "M2*",
    mean: float = 0.0,
    sd: float = 1.0,
    free: FreeParameters | None = None,
    missing: int | None = None,
) -> LimitedInformation:
    """Test a calibration by the first and second moments of the responses.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        Estimated from these responses; none nominal.
    statistic : {"M2*", "C2"}
        Moments of item scores and of their products, or with every category in the univariate
        moments, which leaves more degrees of freedom to short tests.
    mean, sd : float
        Of theta in the population, in logits.
    free : FreeParameters, optional
        What the calibration estimated; what `free_parameters` says of ``items`` unless given.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    LimitedInformation

    Raises
    ------
    NotEnoughData
        Fewer than two persons have answered all items.
    NotIdentified
        The moments leave no degree of freedom, or depend linearly on each other.
    BadOption
        Also more items than the moments' covariance matrix has room for (25,000 moments).
    BadResponses, BadItems

    Notes
    -----
    Persons with a missing response are not used, and ``flags`` counts them.
    M2: Maydeu-Olivares & Joe (2006); M2*: Cai & Hansen (2013); C2: Cai & Monroe (2014).  RMSEA
    has n - 1 under the root.
    """
    if statistic not in ("M2*", "C2"):
        raise BadOption(f"there are M2* (M2 for two categories) and C2, not {statistic!r}")
    refuse_nominal(items)
    codes = read_scored(responses, items, missing)
    codes, flags = complete_rows(codes)
    if len(codes) < 2:
        raise NotEnoughData("fewer than two persons have answered all items")
    functions = item_functions(items.n_categories, collapsed=statistic == "M2*")
    n_moments = len(functions.univariate) + len(items) * (len(items) - 1) // 2
    if n_moments > MOST_MOMENTS:
        raise BadOption(f"{len(items)} items have {n_moments} moments, more than {MOST_MOMENTS}")
    nodes, weights = population(items, mean, sd)
    estimated = free_parameters(items) if free is None else free
    model = irt_model(items, nodes, weights, estimated, mean, sd)
    seen = observed_moments(codes, functions)
    value, df = quadratic_form(seen, len(codes), model, functions)
    if df <= 0:
        raise NotIdentified("the moments leave no degree of freedom to test the model")
    correlations = _correlations(codes)
    # without a common factor the statistic is this sum: products of centred scores are then
    # uncorrelated with each other and with everything univariate
    null, null_df = float(len(codes) * (correlations**2).sum()), len(correlations)
    lower, upper = rmsea_interval(value, df, len(codes))
    return LimitedInformation(
        statistic=value,
        df=df,
        p_value=float(chdtrc(df, value)),
        rmsea=float(np.sqrt(max(value / df - 1, 0.0) / (len(codes) - 1))),
        rmsea_lower=lower,
        rmsea_upper=upper,
        srmsr=_srmsr(correlations, model, items),
        cfi=float(np.clip(1 - (value - df) / max(null - null_df, 1e-300), 0, 1)),
        tli=_tli(value / df, null / null_df),
        null_statistic=null,
        null_df=null_df,
        n_persons=len(codes),
        flags=flags,
    )


def _tli(ratio: float, null_ratio: float) -> float | None:
    """Tucker and Lewis (1973); None where the null model fits exactly as expected by chance."""
    return None if null_ratio == 1 else float((null_ratio - ratio) / (null_ratio - 1))


def observed_moments(codes: Codes, functions: ItemFunctions) -> Floats:
    """Sample moments in the order of `psychometrics.fit.moments.Moments`."""
    uni = functions.univariate
    single = [functions.values[f][codes[:, functions.item[f]]].mean() for f in uni]
    scores = codes.astype(float)
    products = scores.T @ scores / len(codes)
    return np.concatenate([single, products[np.triu_indices(codes.shape[1], 1)]])


def quadratic_form(
    observed: Floats, n_persons: int, model: ResponseModel, functions: ItemFunctions
) -> tuple[float, int]:
    """The statistic and its degrees of freedom: what of the residuals no parameter can take up."""
    under = moments(model, functions)
    scale = np.sqrt(np.diag(under.covariance))
    if not (scale > 0).all():
        raise NotIdentified("some response is certain under the model, so its moments are fixed")
    covariance = under.covariance
    covariance /= scale
    covariance /= scale[:, None]
    try:
        factor = cholesky(covariance.T, lower=True, overwrite_a=True, check_finite=False)
    except np.linalg.LinAlgError:
        raise NotIdentified("the moments of the responses depend linearly on each other") from None
    residuals = solve_triangular(factor, (observed - under.expected) / scale, lower=True)
    slopes = solve_triangular(factor, under.derivatives / scale[:, None], lower=True)
    slopes /= np.maximum(np.linalg.norm(slopes, axis=0), 1e-300)
    fitted, _, rank, _ = np.linalg.lstsq(slopes, residuals, rcond=1e-8)
    left = residuals - slopes @ fitted
    return float(n_persons * left @ left), len(observed) - int(rank)


def rmsea_interval(
    statistic: float, df: int, n_persons: int, *, confidence: float = 0.9
) -> tuple[float, float]:
    """Interval of the RMSEA from the noncentral chi-square (Steiger, 1990)."""

    def end(probability: float) -> float:
        if chdtr(df, statistic) <= probability:
            return 0.0
        high = 10.0
        while chndtr(statistic, df, high) > probability:
            high *= 4
        centre = brentq(lambda x: chndtr(statistic, df, x) - probability, 1e-12, high)
        return float(np.sqrt(centre / (df * (n_persons - 1))))

    return end((1 + confidence) / 2), end((1 - confidence) / 2)


def _correlations(codes: Codes) -> Floats:
    """Correlations of the scores of items j < k; 0 where an item does not vary."""
    deviations = codes - codes.mean(axis=0)
    spread = np.sqrt((deviations**2).sum(axis=0))
    deviations /= np.where(spread > 0, spread, 1.0)
    return np.asarray((deviations.T @ deviations)[np.triu_indices(codes.shape[1], 1)])


def _srmsr(correlations: Floats, model: ResponseModel, items: Items) -> float:
    scores = np.arange(int(items.n_categories.max()), dtype=float)
    means = np.einsum("jkq,k->jq", model.probabilities, scores)
    squares = np.einsum("jkq,k->jq", model.probabilities, scores**2) @ model.weights
    expected = means @ model.weights
    covariance = (means * model.weights) @ means.T - np.outer(expected, expected)
    np.fill_diagonal(covariance, squares - expected**2)
    spread = np.sqrt(np.diag(covariance))
    expected = (covariance / np.outer(spread, spread))[np.triu_indices(len(items), 1)]
    return float(np.sqrt(((correlations - expected) ** 2).mean()))
