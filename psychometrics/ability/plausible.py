"""Plausible values: draws from each person's posterior.  Source: Mislevy (1991)."""

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability.tables import check_prior, posteriors, read_codes, tabulated
from psychometrics.errors import BadOption
from psychometrics.models import FloatArray, Items

FINER = 5  # nodes five times as dense as an integral needs: the draws' own grain stays unseen


def plausible_values(
    responses: ArrayLike,
    items: Items,
    n_draws: int,
    rng: np.random.Generator,
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    missing: int | None = None,
) -> FloatArray:
    """Draw from every person's posterior of theta.

    Parameters
    ----------
    responses : (n, J) or (J,) array_like
        Categories; NaN is not administered, and so is the code ``missing``.
    items : Items
    n_draws : int
        1 or more.
    rng : numpy.random.Generator
    mean, sd : float
        Of theta's normal prior, in logits.
    missing : int, optional

    Returns
    -------
    (n, n_draws) array
        Logits.  A draw is a node of a fine quadrature by its posterior weight, plus a uniform
        part of the step.

    Raises
    ------
    BadResponses
        A cell is no category of its item.
    BadOption
        ``n_draws`` below 1, or a prior that is none.
    """
    if n_draws < 1:
        raise BadOption(f"n_draws = {n_draws} must be 1 or more")
    mean, sd = check_prior(mean, sd)
    codes = read_codes(responses, items, missing)
    table = tabulated(items, mean, sd, FINER)
    nodes, step = table.quadrature.nodes, table.quadrature.step
    uniform = rng.random((len(codes), n_draws))
    grain = rng.random((len(codes), n_draws)) - 0.5
    result = np.empty((len(codes), n_draws))
    for rows, posterior in posteriors(codes, table):
        cumulative = posterior.cumsum(axis=0)
        for person, row in enumerate(range(rows.start, rows.stop)):
            at = np.searchsorted(cumulative[:, person], uniform[row] * cumulative[-1, person])
            result[row] = nodes[at] + grain[row] * step
    return result
