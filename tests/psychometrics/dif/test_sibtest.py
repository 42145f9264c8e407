"""SIBTEST against mirt (which difR calls), and written out a score at a time.

mirt counts a score that nobody of a group holds as nobody right when it takes the slope at the
score beside it, where we take the nearest score that somebody holds.  It rounds the crossing to one
digit and places it with scores it does not use counted as no difference.  `as_mirt` does both, and
then gives its figures; where no score is empty, ours are its figures as they are.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.dif import sibtest
from tests.psychometrics.dif.figures import (
    BOTH,
    Floats,
    Published,
    agree,
    numbered,
    one_digit,
    ours,
    simulated,
)
from tests.psychometrics.dif.populations import two_groups
from tests.psychometrics.figures import OWN, read_figures

SUSPECTS = [2, 7, 13]


class Slow:
    """One item by the book, on the sum of ``others``."""

    def __init__(self, x: Floats, focal: Floats, item: int, others: Sequence[int]) -> None:
        total = x[:, others].sum(axis=1)
        self.scores = np.unique(total)
        n = len(others)
        columns = []
        for who in (~focal, focal):
            covariance = np.cov(x[np.ix_(who, others)].T)
            alpha = n / (n - 1) * (1 - np.trace(covariance) / covariance.sum())
            mean = total[who].mean()
            answers = [x[who & (total == score), item] for score in self.scores]
            columns.append(
                (
                    np.array([len(a) for a in answers]),
                    np.array([a.mean() if len(a) else 0.0 for a in answers]),
                    np.array([a.var(ddof=1) if len(a) > 1 else 0.0 for a in answers]),
                    (mean + alpha * (self.scores - mean)) / n,
                )
            )
        (self.n_r, y_r, v_r, t_r), (self.n_f, y_f, v_f, t_f) = columns
        used = (self.n_r > 5) & (self.n_f > 5) & (v_r > 0) & (v_f > 0)
        used[[0, -1]] = False
        self.used = used
        weight = np.where(used, self.n_r + self.n_f, 0)
        self.weight = weight / weight.sum()
        middle = (t_r + t_f) / 2
        self.empty_beside = False
        self.difference = np.zeros(len(weight))
        for k in np.flatnonzero(used):
            for sign, y, t, n_group in ((1, y_r, t_r, self.n_r), (-1, y_f, t_f, self.n_f)):
                slope = (y[k + 1] - y[k - 1]) / (t[k + 1] - t[k - 1])
                self.difference[k] += sign * (y[k] + slope * (middle[k] - t[k]))
                self.empty_beside |= 0 in (n_group[k - 1], n_group[k + 1])
        safe = np.maximum([self.n_r, self.n_f], 1)
        self.variance = self.weight**2 * (v_r / safe[0] + v_f / safe[1])

    @property
    def beta(self) -> float:
        return float(self.weight @ self.difference)

    def crossing(self, *, as_mirt: bool = False) -> float:
        if as_mirt:
            weight = np.maximum(self.n_r, self.n_f)
            here = weight / (self.n_r + self.n_f).sum() > 0.01
        else:
            weight, here = self.weight, self.used
        slope, at_zero = np.polyfit(
            self.scores[here], self.difference[here], 1, w=np.sqrt(weight[here])
        )
        return float(-at_zero / slope)

    def crossed(self, place: float) -> tuple[float, float, int]:
        """Difference with its sign turned, chi-square, degrees of freedom."""
        above = self.scores > place
        chi2, df = 0.0, 0
        for side in (above, ~above):
            if self.variance[side].sum() > 0:
                df += 1
                chi2 += (self.weight * self.difference)[side].sum() ** 2 / self.variance[side].sum()
        turned = (self.weight * self.difference * np.where(above, -1, 1)).sum()
        return abs(turned), chi2, df


def slow(published: Published, anchors: Sequence[int]) -> list[Slow]:
    return [
        Slow(published.responses, published.group == 1, item, [j for j in anchors if j != item])
        for item in range(published.responses.shape[1])
    ]


@BOTH
def test_beta_is_mirts_where_no_score_beside_is_empty(published: Published) -> None:
    name = "SIBTEST_udif" if "SIBTEST_udif" in published.figures["plain"] else None
    figures = published.figures["plain"][name] if name else published.figures["SIBTEST"]
    found = sibtest(published.responses, published.group, purify=False)
    by_hand = slow(published, range(len(found.beta)))
    same = np.array([not item.empty_beside for item in by_hand])
    assert 0 < (~same).sum() < 5
    for key, numbers in (("beta", found.beta), ("X2", found.chi2), ("p", found.p)):
        agree(numbers[same], np.array(figures[key])[same])
    agree(found.standard_error, figures["se"])
    agree([item.beta for item in by_hand], figures["beta"])
    assert np.abs(found.beta - figures["beta"]).max() < 0.2 * found.standard_error.min()
    if "flag" in figures:
        assert numbered(found.flagged) == figures["flag"]


def test_the_purified_beta_is_mirts() -> None:
    published = ours()
    figures = published.get(True, "SIBTEST_udif")
    found = sibtest(published.responses, published.group)
    agree(found.beta, figures["beta"])
    agree(found.standard_error, figures["se"])
    agree(found.chi2, figures["X2"])
    agree(found.p, figures["p"])
    assert numbered(found.flagged) == figures["flag"]


@pytest.mark.parametrize("purify", [False, True], ids=["plain", "purified"])
def test_the_crossing_test_is_mirts_at_its_crossing(purify: bool) -> None:
    """Anchors of the purified figures are the items it ends with: its roundings choose them."""
    published = ours()
    figures = published.get(purify, "SIBTEST_nudif")
    anchors = [j for j in range(20) if not (purify and j + 1 in figures["flag"])]
    by_hand = slow(published, anchors)
    places = [one_digit(item.crossing(as_mirt=True)) for item in by_hand]
    found = sibtest(published.responses, published.group, anchors=anchors, crossing=places)
    crossed = [item.crossed(place) for item, place in zip(by_hand, places, strict=True)]
    agree([beta for beta, _, _ in crossed], figures["beta"])
    agree([chi2 for _, chi2, _ in crossed], figures["X2"])
    same = np.array([not item.empty_beside for item in by_hand])
    agree(found.beta_crossing[same], np.array(figures["beta"])[same])
    agree(found.chi2_crossing[same], np.array(figures["X2"])[same])
    agree(found.p_crossing[same], np.array(figures["p"])[same])
    assert found.df_crossing.tolist() == figures["df"]
    assert numbered(found.flagged | (found.p_crossing < 0.05)) == figures["flag"]


def test_our_crossing_is_where_the_regression_is_zero() -> None:
    published = ours()
    found = sibtest(published.responses, published.group, purify=False)
    for item, by_hand in enumerate(slow(published, range(20))):
        if by_hand.empty_beside:
            continue
        place = by_hand.crossing()
        assert found.crossing[item] == pytest.approx(place, rel=1e-6)
        beta, chi2, df = by_hand.crossed(place)
        agree(
            (found.beta_crossing[item], found.chi2_crossing[item], found.df_crossing[item]),
            (beta, chi2, df),
        )


def test_suspects_matched_on_the_others_are_mirts() -> None:
    published = ours()
    figures = read_figures(OWN / "mirt" / "dif_multigroup.json")["SIBTEST"]
    anchors = [j for j in range(20) if j not in SUSPECTS]
    suspects_agree(published.responses, published.group, anchors, SUSPECTS, figures)


def test_suspects_of_the_simulated_data_are_mirts(shared: Path) -> None:
    figures, x, labels = simulated(shared)
    group = (np.array(labels) == "foc").astype(float)
    table = figures["SIBTEST_items1to3_match6to15"]
    suspects_agree(x, group, list(range(5, 15)), [0, 1, 2], table)


def suspects_agree(
    x: Floats, group: Floats, anchors: list[int], suspects: list[int], figures: Any
) -> None:
    by_hand = slow(Published({}, x, group), anchors)
    places = [one_digit(item.crossing(as_mirt=True)) for item in by_hand]
    found = sibtest(x, group, anchors=anchors, crossing=places)
    for item, (plain, crossed) in zip(suspects, figures, strict=True):
        agree(found.beta[item], plain["beta"])
        agree(found.standard_error[item], plain["SE"])
        agree((found.chi2[item], found.p[item]), (plain["X2"], plain["p"]))
        agree(found.beta_crossing[item], crossed["beta"])
        agree((found.chi2_crossing[item], found.p_crossing[item]), (crossed["X2"], crossed["p"]))
        assert found.df_crossing[item] == crossed["df"]


def test_the_crossing_test_finds_a_flatter_item_that_beta_misses() -> None:
    x, group = two_groups(1, n=(2000, 2000), impact=0.0, flatter={4: 0.3})
    found = sibtest(x, group, purify=False, kind="crossing", rng=np.random.default_rng(1))
    assert found.p_crossing[4] < 0.001
    assert found.flagged[4]
    assert found.chi2_crossing[4] > 3 * found.chi2[4]


def test_a_drawn_probability_comes_from_its_seed() -> None:
    x, group = two_groups(2)
    first, again = (
        sibtest(x, group, purify=False, rng=np.random.default_rng(5)).p_crossing for _ in range(2)
    )
    assert first.tolist() == again.tolist()
    chi_square = sibtest(x, group, purify=False).p_crossing
    assert (first >= chi_square)[chi_square < 0.1].all()


def test_persons_with_gaps_are_left_out_and_counted() -> None:
    x, group = two_groups(3, n=(400, 400))
    responses = x.astype(float)
    responses[::10, 4] = np.nan
    found = sibtest(responses, group, purify=False)
    whole = ~np.isnan(responses).any(axis=1)
    expected = sibtest(x[whole], group[whole], purify=False)
    assert found.beta.tolist() == expected.beta.tolist()
    assert found.n_persons == 720
    (flag,) = [flag for flag in found.flags if flag.code == "incomplete_left_out"]
    assert "80 persons" in flag.sentence


def test_scores_held_by_too_few_leave_no_test() -> None:
    x, group = two_groups(4, n=(20, 20), n_items=12)
    found = sibtest(x, group, purify=False)
    assert np.isnan(found.beta).all()
    assert found.effect_class == (None,) * 12
    assert {flag.item for flag in found.flags if flag.code == "undefined"} == set(range(12))
