"""Logistic DIF against difR, and against a minimiser that knows nothing of tables."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from psychometrics.dif import logistic_dif
from psychometrics.dif.logistic import JODOIN_GIERL, ZUMBO_THOMAS, Kind, effect_classes
from tests.psychometrics.dif.figures import (
    PURIFY,
    Floats,
    agree,
    numbered,
    ours,
    verbal,
)
from tests.psychometrics.dif.populations import two_groups

KINDS: dict[Kind, str] = {
    "both": "logistic_both",
    "uniform": "logistic_udif",
    "nonuniform": "logistic_nudif",
}


@PURIFY
@pytest.mark.parametrize("kind", KINDS)
def test_the_statistics_are_difrs(kind: Kind, purify: bool) -> None:
    published = ours()
    found = logistic_dif(published.responses, published.group, kind=kind, purify=purify)
    figures = published.get(purify, KINDS[kind])
    agree(found.statistic, figures["stat"])
    agree(found.p, figures["p"])
    assert numbered(found.flagged) == figures["flag"]
    coefficients = np.where(found.flagged[:, None], found.coefficients, found.smaller)
    agree(coefficients, figures["parameters"])
    agree(as_difr_computes_it(found.effect, published.responses), figures["deltaR2"])


def as_difr_computes_it(effect: Floats, responses: Floats) -> Floats:
    """difR divides by 1 - exp(-deviance / 2)^(2/n), whose exponential is 0 past 745."""
    share = responses.mean(axis=0)
    n = len(responses)
    deviance = -2 * n * (share * np.log(share) + (1 - share) * np.log(1 - share))
    possible = 1 - np.exp(-deviance / n)
    underflows = np.exp(-deviance / 2) == 0
    assert 0 < underflows.sum() < len(effect)
    return np.asarray(np.where(underflows, effect * possible, effect))


@PURIFY
def test_the_statistics_of_the_verbal_data_are_difrs(shared: Path, purify: bool) -> None:
    published = verbal(shared)
    found = logistic_dif(published.responses, published.group, purify=purify)
    agree(found.statistic, published.get(purify, "logistic_stat_both"))
    agree(found.p, published.get(purify, "logistic_p"))
    agree(found.effect, published.get(purify, "deltaR2"))
    assert numbered(found.flagged) == published.get(purify, "logistic_flag")
    coefficients = np.where(found.flagged[:, None], found.coefficients, found.smaller)
    agree(coefficients, published.get(purify, "logit_par"))
    for kind in ("uniform", "nonuniform"):
        if purify and kind == "nonuniform":
            continue  # difR fails there
        alone = logistic_dif(published.responses, published.group, kind=kind, purify=purify)
        agree(alone.statistic, published.get(purify, KINDS[kind]))


def slowly(right: Floats, design: Floats) -> tuple[Floats, float]:
    def minus(at: Floats) -> float:
        z = design @ at
        return float(np.logaddexp(0, z).sum() - right @ z)

    best = minimize(minus, np.zeros(design.shape[1]), method="BFGS", options={"gtol": 1e-7})
    return best.x, -float(best.fun)


def test_it_is_the_maximum_of_the_likelihood_of_persons() -> None:
    x, group = two_groups(1, n=(200, 150), n_items=6, flatter={1: 0.4})
    anchors = [0, 2, 3, 5]
    found = logistic_dif(x, group, anchors=anchors)
    for item in range(6):
        used = sorted({*anchors, item})
        score = x[:, used].sum(axis=1)
        z = (score - score.mean()) / score.std()
        columns = np.stack([np.ones(350), z, group, z * group], axis=1)
        right = x[:, item].astype(float)
        small, full = slowly(right, columns[:, :2]), slowly(right, columns)
        assert found.statistic[item] == pytest.approx(2 * (full[1] - small[1]), abs=1e-7)
        slope = full[0][[1, 3]] / score.std()
        agree(found.coefficients[item, [1, 3]], slope, 1e-5)
        agree(found.coefficients[item, [0, 2]], full[0][[0, 2]] - slope * score.mean(), 1e-4)


def test_the_score_of_a_short_form_is_prorated() -> None:
    x, group = two_groups(2, n=(400, 400), n_items=10)
    responses = x.astype(float)
    short = np.arange(800) % 2 == 0
    responses[np.ix_(short, [8, 9])] = np.nan
    found = logistic_dif(responses, group, purify=False, kind="uniform")
    score = np.nanmean(responses, axis=1) * 10
    given = logistic_dif(responses, group, match=score, kind="uniform")
    agree(found.statistic, given.statistic, 1e-9)
    assert [flag.code for flag in found.flags] == ["matched_by_form"]


def test_separated_answers_are_flagged_and_the_others_stand() -> None:
    x, group = two_groups(3, n=(300, 300), n_items=8)
    responses = x.astype(float)
    responses[:, 0] = group  # told by the group without error
    responses[:, 1] = 1
    responses[group == 0, 2] = np.nan
    found = logistic_dif(responses, group, purify=False, match=x[:, 3:].sum(axis=1))
    assert np.isnan(found.statistic[:3]).all()
    assert np.isnan(found.coefficients[:3]).all()
    assert found.jodoin_gierl[:3] == (None, None, None)
    codes = {flag.item: flag.code for flag in found.flags}
    assert codes == {0: "separated", 1: "undefined", 2: "undefined"}
    assert np.isfinite(found.statistic[3:]).all()
    assert np.isfinite(found.effect[3:]).all()


@pytest.mark.parametrize(
    ("effect", "p", "jodoin_gierl", "zumbo_thomas"),
    [
        (0.2, 0.2, "A", "A"),
        (0.034, 0.001, "A", "A"),
        (0.036, 0.001, "B", "A"),
        (0.08, 0.001, "C", "A"),
        (0.14, 0.001, "C", "B"),
        (0.27, 0.001, "C", "C"),
    ],
)
def test_effects_have_classes(
    effect: float, p: float, jodoin_gierl: str, zumbo_thomas: str
) -> None:
    numbers = np.array([effect]), np.array([p])
    assert effect_classes(*numbers, JODOIN_GIERL, 0.05) == (jodoin_gierl,)
    assert effect_classes(*numbers, ZUMBO_THOMAS, 0.05) == (zumbo_thomas,)
