"""Mantel-Haenszel against difR and base R, and against persons counted one by one."""

import numpy as np
import pytest
from scipy.stats import chi2 as chi_square

from psychometrics.dif import breslow_day, mantel_haenszel
from psychometrics.dif.mantel_haenszel import ets_classes
from tests.psychometrics.dif.figures import (
    BOTH,
    PURIFY,
    Floats,
    Published,
    agree,
    listed,
    numbered,
    ours,
)
from tests.psychometrics.dif.populations import two_groups


@BOTH
@PURIFY
def test_the_statistics_are_difrs(published: Published, purify: bool) -> None:
    found = mantel_haenszel(published.responses, published.group, purify=purify)
    agree(found.alpha, published.get(purify, "alphaMH"))
    agree(found.delta, published.get(purify, "deltaMH"))
    agree((found.se_delta / 2.35) ** 2, published.get(purify, "varLambda"))
    agree(found.chi2, published.get(purify, "MH_chisq"))
    agree(found.p, published.get(purify, "MH_p"))
    assert numbered(found.flagged) == published.get(purify, "MH_flag")


@BOTH
def test_the_exact_test_is_rs(published: Published) -> None:
    found = mantel_haenszel(published.responses, published.group, purify=False, exact=True)
    agree(found.p, published.figures["MH_exact"]["p"], 1e-8)
    right = (published.responses == 1)[published.group == 0].sum(axis=0)
    inner = informative(published.responses, published.group)
    assert (right - published.figures["MH_exact"]["stat"]).tolist() == inner


def informative(responses: Floats, group: Floats) -> list[int]:
    """Right answers of the reference group that R leaves out: at scores of one person."""
    total = responses.sum(axis=1)
    alone = np.isin(total, [s for s in np.unique(total) if (total == s).sum() < 2])
    return list((responses == 1)[alone & (group == 0)].sum(axis=0))


def test_the_chi_square_is_that_of_base_r() -> None:
    published = ours()
    found = mantel_haenszel(published.responses, published.group, purify=False)
    table = published.figures["base_R_mantelhaen_test"]
    agree(found.chi2, [row["stat"] for row in table])
    agree(found.p, [row["p"] for row in table])
    agree(1 / found.alpha, [row["OR"] for row in table])  # theirs is of the focal group


@BOTH
@PURIFY
def test_breslow_and_days_test_is_difrs(published: Published, purify: bool) -> None:
    found = breslow_day(published.responses, published.group, purify=purify)
    table = published.get(purify, "breslow_day")  # printed to four decimals
    np.testing.assert_allclose(found.chi2, [row["V1"] for row in table], atol=5.1e-5)
    assert found.df.tolist() == [row["V2"] for row in table]
    np.testing.assert_allclose(found.p, [row["V3"] for row in table], atol=5.1e-5)
    assert numbered(found.flagged) == listed(published.get(purify, "BD_flag"))


def one_by_one(
    right: Floats, score: Floats, focal: Floats, correction: bool
) -> tuple[float, float, float]:
    """Odds ratio, chi-square and its probability by the book, a stratum at a time."""
    up = down = seen = expected = variance = 0.0
    for value in np.unique(score):
        here = (score == value) & ~np.isnan(right)
        a, b = (float((here & ~focal & (right == x)).sum()) for x in (1, 0))
        c, d = (float((here & focal & (right == x)).sum()) for x in (1, 0))
        n = a + b + c + d
        if n < 2:
            continue
        up, down = up + a * d / n, down + b * c / n
        seen, expected = seen + a, expected + (a + b) * (a + c) / n
        variance += (a + b) * (c + d) * (a + c) * (b + d) / n**2 / (n - 1)
    chi2 = (abs(seen - expected) - 0.5 * correction) ** 2 / variance
    return up / down, chi2, float(chi_square.sf(chi2, 1))


@pytest.mark.parametrize("correction", [True, False])
def test_an_item_outside_the_anchors_is_added_to_its_own_score(correction: bool) -> None:
    x, group = two_groups(1, n=(150, 130), n_items=8, harder={2: 0.8})
    anchors = np.array([True, True, False, True, False, True, True, True])
    found = mantel_haenszel(x, group, anchors=anchors, correction=correction)
    for item in range(8):
        used = anchors.copy()
        used[item] = True
        score = x[:, used].sum(axis=1)
        expected = one_by_one(x[:, item].astype(float), score, group == 1, correction)
        agree((found.alpha[item], found.chi2[item], found.p[item]), expected, 1e-10)
    assert found.anchors.tolist() == anchors.tolist()
    assert found.rounds == 0


def test_persons_are_matched_among_those_given_the_same_items() -> None:
    x, group = two_groups(2, n=(400, 400), n_items=12)
    responses = x.astype(float)
    forms = np.arange(800) % 2
    responses[np.ix_(forms == 0, [10, 11])] = np.nan
    responses[np.ix_(forms == 1, [0, 1])] = np.nan
    found = mantel_haenszel(responses, group, purify=False)
    stratum = np.nansum(responses, axis=1) + 100 * forms
    for item in range(12):
        expected = one_by_one(responses[:, item], stratum, group == 1, correction=True)
        agree((found.alpha[item], found.chi2[item], found.p[item]), expected, 1e-10)
    assert [flag.code for flag in found.flags] == ["matched_by_form"]


def test_persons_can_be_matched_on_something_else() -> None:
    x, group = two_groups(3, n=(300, 300), n_items=6)
    ability = np.round(np.random.default_rng(3).normal(size=600), 1)
    found = mantel_haenszel(x, group, match=ability)
    for item in range(6):
        expected = one_by_one(x[:, item].astype(float), ability, group == 1, correction=True)
        agree((found.alpha[item], found.chi2[item], found.p[item]), expected, 1e-10)
    assert not found.anchors.any()


def test_the_groups_can_change_places() -> None:
    x, group = two_groups(4, harder={3: 0.7})
    found = mantel_haenszel(x, group, purify=False)
    names = np.where(group == 1, "m", "f")
    turned = mantel_haenszel(x, names, focal="f", purify=False)
    agree(turned.delta, -found.delta, 1e-10)
    agree(turned.p, found.p, 1e-10)
    agree(turned.se_delta, found.se_delta, 1e-10)
    assert found.n_reference.tolist() == turned.n_focal.tolist()


@pytest.mark.parametrize(
    ("delta", "error", "p", "expected"),
    [
        (0.9, 0.1, 0.001, "A"),  # small
        (-3.0, 2.0, 0.20, "A"),  # not significant
        (1.2, 0.3, 0.001, "B"),
        (-1.49, 0.1, 0.001, "B"),
        (1.6, 0.5, 0.01, "B"),  # not significantly above 1
        (-1.6, 0.3, 0.001, "C"),
        (1.5, 0.2, 0.001, "C"),
        (np.nan, np.nan, 0.5, None),
    ],
)
def test_classes_are_those_of_ets(
    delta: float, error: float, p: float, expected: str | None
) -> None:
    numbers = (np.array([number]) for number in (delta, error, p))
    assert ets_classes(*numbers, 0.05) == (expected,)


def test_small_groups_are_said_with_what_they_can_find() -> None:
    x, group = two_groups(5, n=(120, 40))
    found = mantel_haenszel(x, group, purify=False)
    flag = found.flags[0]
    assert flag.code == "small_group"
    assert "120 reference and 40 focal persons" in flag.sentence
    least = 2.8016 * np.nanmedian(found.se_delta)
    assert f"a true difference of {least:.1f} delta points" in flag.sentence
    large, group = two_groups(5, n=(300, 300))
    assert mantel_haenszel(large, group, purify=False).flags == ()


def test_what_cannot_be_estimated_is_flagged() -> None:
    x, group = two_groups(6, n=(300, 300), n_items=10)
    responses = x.astype(float)
    responses[:, 0] = 1
    responses[group == 1, 1] = np.nan
    responses[group == 0, 2], responses[group == 1, 2] = 1, 0
    found = mantel_haenszel(responses, group, purify=False, match=np.zeros(600))
    assert np.isnan(found.alpha[:3]).all()
    assert np.isnan(found.p[:2]).all()
    assert found.p[2] < 1e-10
    assert found.ets_class[:3] == (None, None, None)
    told = {flag.item: flag.sentence for flag in found.flags}
    assert "all answers are alike" in told[0]
    assert "not given it" in told[1]
    assert "0 or infinite; its test stands" in told[2]
    assert np.isfinite([found.alpha[3:], found.delta[3:], found.se_delta[3:]]).all()


def test_strata_of_one_tell_nothing() -> None:
    x, group = two_groups(7, n=(30, 30), n_items=5)
    found = mantel_haenszel(x, group, match=np.arange(60))
    assert np.isnan(found.alpha).all()
    assert np.isnan(found.p).all()
    assert not found.flagged.any()
    assert {flag.item for flag in found.flags if flag.code == "undefined"} == set(range(5))
    (whole,) = [flag for flag in found.flags if flag.item is None]
    assert "No item has an estimate" in whole.sentence
