"""aberrance's figures with the data they are of, and simulated events."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics import Items, score, simulate
from psychometrics.simulation import Copying, ResponseTimes, Simulation
from tests.psychometrics.figures import OWN, read_figures, read_matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Published:
    """One set of figures, its data and parameters."""

    figures: dict[str, Any]
    items: Items
    times: ResponseTimes
    responses: Floats
    seconds: Floats
    theta: Floats


def ours() -> Published:
    """aberrance_times.json: abilities are listed for the first 60 persons."""
    figures = read_figures(OWN / "forensics" / "aberrance_times.json")
    truth = read_figures(OWN / "data" / "truth.json")["times"]
    return Published(
        figures,
        Items.from_irt("3PL", truth["a"], truth["b"], truth["c"]),
        ResponseTimes(np.array(truth["beta"]), np.array(truth["alpha"])),
        read_matrix(OWN / "data" / "times_scores.csv"),
        read_matrix(OWN / "data" / "times_ms.csv") / 1000.0,
        np.array(figures["theta_ml"]),
    )


def classic(shared: Path) -> Published:
    """aberrance_3pl.json: abilities by maximum likelihood on [-4, 4]."""
    folder = shared / "reference" / "psychometrics"
    columns = read_matrix(folder / "data" / "forensics_items.csv", ["a", "b", "c", "alpha", "beta"])
    a, b, c, alpha, beta = columns.T
    items = Items.from_irt("3PL", a, b, c)
    responses = read_matrix(folder / "data" / "forensics_scores.csv")
    return Published(
        read_figures(folder / "forensics" / "aberrance_3pl.json"),
        items,
        ResponseTimes(beta, alpha),
        responses,
        np.exp(read_matrix(folder / "data" / "forensics_logtimes.csv")),
        score(responses, items, "ML", bounds=(-4, 4)).theta,
    )


def numbered(pairs: list[str]) -> NDArray[np.int64]:
    """Pairs as R names them: "1-12", positions from 1."""
    return np.array([[int(one) - 1 for one in pair.split("-")] for pair in pairs])


def agree(found: Any, theirs: Any, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(found, np.array(theirs, dtype=float), rtol=tolerance, atol=tolerance)


def options(n_items: int, rng: np.random.Generator) -> Items:
    """Nominal items of four options, the last one right."""
    slopes = np.sort(rng.normal(0, 0.6, (n_items, 3)), axis=1)
    slopes[:, 2] += 0.8
    return Items.from_parameters("NRM", list(np.hstack([slopes, rng.normal(0, 0.7, (n_items, 3))])))


def event(
    seed: int,
    n_persons: int = 40,
    n_items: int = 40,
    *,
    copied: float = 0.0,
    times: bool = False,
) -> tuple[Items, Floats, Simulation]:
    """Nominal items, abilities, and what an event leaves; in a copying one 1 copies from 0."""
    rng = np.random.default_rng(seed)
    items = options(n_items, rng)
    theta = rng.normal(0, 1, n_persons)
    share = tuple(rng.permutation(n_items)[: round(copied * n_items)].tolist())
    parameters = ResponseTimes(rng.normal(3.7, 0.3, n_items), rng.uniform(1.5, 2.5, n_items))
    left = simulate(
        items,
        theta,
        rng=rng,
        times=parameters if times else None,
        copying=(Copying(0, 1, share),) if share else (),
    )
    return items, theta, left
