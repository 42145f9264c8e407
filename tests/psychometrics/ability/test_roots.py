"""Whether theta solves the equation it is said to solve."""

import numpy as np
import pytest

from psychometrics import Items, score
from tests.psychometrics.examples import answers, spread


@pytest.mark.parametrize(
    ("model", "more"),
    [("2PL", {}), ("3PL", {"c": 0.2}), ("4PL", {"c": 0.2, "u": 0.95}), ("GRM", {}), ("GPCM", {})],
)
@pytest.mark.parametrize("method", ["MAP", "ML", "WLE"])
def test_theta_is_the_root_of_its_equation_however_few_items_were_answered(
    model: str, more: dict[str, float], method: str
) -> None:
    rng = np.random.default_rng(4)
    items = spread(model, 12, **more)
    x = answers(items, rng.standard_normal(150), rng)
    x[rng.random(x.shape) < np.linspace(0, 0.95, 150)[:, None]] = np.nan
    found = score(x, items, method)  # type: ignore[arg-type]
    inside = np.flatnonzero((found.at_bound == 0) & (found.n_answered > 0))
    assert len(inside) > 100
    for person in inside:
        value = _equation(items, x[person], float(found.theta[person]), method)
        assert abs(value) < 1e-6, person


def _equation(items: Items, row: np.ndarray, theta: float, method: str) -> float:
    """l' + what the method adds, category by category."""
    first, second = (each[:, :, 0] for each in items.theta_derivatives([theta]))
    p = items.probabilities([theta])[:, :, 0]
    given = np.flatnonzero(~np.isnan(row))
    value = first[given, row[given].astype(int)].sum()
    if method == "MAP":
        return float(value - theta)
    if method == "ML":
        return float(value)
    information = (p * first**2)[given].sum()
    skewness = (p * first * (second + first**2))[given].sum()
    return float(value + skewness / (2 * information))
