"""G2 and X2 of whole response patterns, for tests short enough to see them all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, logsumexp

from psychometrics.errors import NotEnoughData
from psychometrics.fit.free_parameters import FreeParameters, free_parameters
from psychometrics.fit.residuals import complete_rows, population, read_scored
from psychometrics.models import Items

Floats = NDArray[np.float64]

ENOUGH = 1.0  # persons expected in a pattern on average


@dataclass(frozen=True, slots=True)
class FullInformation:
    """Likelihood ratio and Pearson's statistic of the table of all response patterns.

    Attributes
    ----------
    g2, x2 : float
    df : float
        Patterns less 1 less free parameters; negative for tests too short to test.
    p_g2, p_x2 : float
        NaN where a flag says why.
    n_persons : int
        Persons with all responses, who alone are used.
    flags : tuple of str
    """

    g2: float
    x2: float
    df: float
    p_g2: float
    p_x2: float
    n_persons: int
    flags: tuple[str, ...]


def full_information(
    responses: ArrayLike,
    items: Items,
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    free: FreeParameters | None = None,
    missing: int | None = None,
) -> FullInformation:
    """Test a calibration by the counts of all possible response patterns.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        Of any model, estimated from these responses.
    mean, sd : float
        Of theta in the population, in logits.
    free : FreeParameters, optional
        What the calibration estimated; what `free_parameters` says of ``items`` unless given.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    FullInformation
        The probabilities hold where most patterns expect several persons; a flag says where
        they expect less than one on average.  Use `limited_information` there.

    Raises
    ------
    NotEnoughData
        No person has answered all items.
    BadResponses, BadOption

    Notes
    -----
    Bock & Aitkin (1981) for G2.  A table of patterns needs whole patterns: persons with a missing
    response are not used, and ``flags`` counts them.
    """
    codes = read_scored(responses, items, missing)
    codes, left_out = complete_rows(codes)
    if not len(codes):
        raise NotEnoughData("no person has answered all items")
    patterns, counts = np.unique(codes, axis=0, return_counts=True)
    nodes, weights = population(items, mean, sd)
    logs = items.log_probabilities(nodes)
    likelihood = np.log(weights) + sum(logs[item][patterns[:, item]] for item in range(len(items)))
    log_probability = logsumexp(likelihood, axis=1)
    n_persons = len(codes)
    log_expected = np.log(n_persons) + log_probability
    g2 = float(2 * counts @ (np.log(counts) - log_expected))
    x2 = float(counts.astype(float) ** 2 @ np.exp(-log_expected)) - n_persons
    n_patterns = float(np.prod(items.n_categories.astype(float)))
    df = n_patterns - 1 - (free_parameters(items) if free is None else free).n
    flags = list(left_out)
    if df <= 0:
        flags.append("There are no more patterns than parameters: nothing is left to test.")
    elif n_persons < ENOUGH * n_patterns:
        flags.append("Fewer than one person is expected in a pattern: do not trust p.")
    return FullInformation(
        g2=g2,
        x2=x2,
        df=df,
        p_g2=float(chdtrc(df, g2)) if df > 0 else np.nan,
        p_x2=float(chdtrc(df, x2)) if df > 0 else np.nan,
        n_persons=n_persons,
        flags=tuple(flags),
    )
