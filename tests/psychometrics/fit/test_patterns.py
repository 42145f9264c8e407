"""G2 and X2 of patterns: mirt's figures, all patterns written out, flags."""

from itertools import product

import numpy as np
import pytest

from psychometrics.errors import NotEnoughData
from psychometrics.fit import full_information
from psychometrics.simulation import draw_items, simulate
from tests.psychometrics.figures import SHARED_FITS, MirtFit

LONG = {"VerbalAggression_GPCM"}  # mirt's number of patterns is wrong there: 3 ** 24 wraps round
INCOMPLETE = {"LSAT7_missing_2PL"}


@pytest.mark.parametrize(
    "fit", [name for name in SHARED_FITS if name not in INCOMPLETE], indirect=True
)
def test_mirt(fit: MirtFit) -> None:
    found = full_information(fit.responses, fit.items, sd=fit.sd)
    assert found.g2 == pytest.approx(fit.figures["G2"], rel=1e-3)
    if fit.name not in LONG:
        assert found.df == fit.figures["df"]
    assert bool(found.flags) == (np.prod(fit.items.n_categories * 1.0) > len(fit.responses))


@pytest.mark.parametrize("model", ["2PL", "GRM", "NRM"])
def test_all_patterns_written_out(model: str) -> None:
    rng = np.random.default_rng(5)
    items = draw_items(4, model, rng=rng, n_categories=3)
    responses = simulate(items, 500, rng=rng).responses
    found = full_information(responses, items, mean=0.1, sd=0.9)
    nodes = np.linspace(-8, 8, 500)
    weights = np.exp(-(((nodes - 0.1) / 0.9) ** 2) / 2)
    weights /= weights.sum()
    p = items.probabilities(nodes)
    g2 = x2 = 0.0
    for pattern in product(*[range(k) for k in items.n_categories]):
        expected = 500 * (weights * np.prod([p[j, pattern[j]] for j in range(4)], axis=0)).sum()
        seen = (responses == pattern).all(axis=1).sum()
        x2 += (seen - expected) ** 2 / expected
        g2 += 2 * seen * np.log(seen / expected) if seen else 0.0
    assert found.g2 == pytest.approx(g2)
    assert found.x2 == pytest.approx(x2)
    assert found.flags == ()


def test_incomplete_persons_are_not_used_and_counted() -> None:
    rng = np.random.default_rng(6)
    items = draw_items(4, "2PL", rng=rng)
    responses = simulate(items, 300, rng=rng).responses.astype(float)
    complete = full_information(responses[:250], items)
    responses[250:, 1] = np.nan
    thinned = full_information(responses, items)
    assert thinned.g2 == complete.g2
    assert thinned.n_persons == 250
    assert thinned.flags == ("50 of 300 persons lack a response to some item and are not used.",)


def test_a_test_too_short_or_too_long_says_so() -> None:
    rng = np.random.default_rng(1)
    short = draw_items(2, "2PL", rng=rng)
    found = full_information(simulate(short, 90, rng=rng).responses, short)
    assert found.df == -1
    assert np.isnan([found.p_g2, found.p_x2]).all()
    assert found.flags == ("There are no more patterns than parameters: nothing is left to test.",)
    long = draw_items(40, "2PL", rng=rng)
    flags = full_information(simulate(long, 90, rng=rng).responses, long).flags
    assert flags == ("Fewer than one person is expected in a pattern: do not trust p.",)
    with pytest.raises(NotEnoughData):
        full_information(np.full((3, 2), np.nan), short)
