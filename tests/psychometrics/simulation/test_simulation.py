"""Simulations have the distribution they promise, whatever the model."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, kstest

from psychometrics.errors import BadOption, UnknownModel
from psychometrics.models import MODELS, Items
from psychometrics.simulation import (
    Copying,
    ResponseTimes,
    assign_forms,
    change_items,
    draw_copying,
    draw_forms,
    draw_items,
    draw_response_times,
    drift_items,
    simulate,
)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("model", MODELS)
def test_responses_have_the_probabilities_of_their_model(model: str) -> None:
    items = draw_items(4, model, rng=rng())
    for theta in (-1.5, 0.0, 1.5):
        drawn = simulate(items, np.full(20_000, theta), rng=rng(3)).responses
        expected = 20_000 * items.probabilities([theta])[:, :, 0]
        for item in range(4):
            counts = np.bincount(drawn[:, item], minlength=expected.shape[1])
            statistic = ((counts - expected[item]) ** 2 / expected[item]).sum()
            assert chi2.sf(statistic, expected.shape[1] - 1) > 1e-4


def test_formats_mix_and_no_category_is_beyond_an_items_last() -> None:
    mixed = Items.from_parameters(
        ["2PL", "GRM", "PCM"], [[1.2, 0.3], [1.0, 2.0, 1.0, 0.0, -1.0], [1.0, 0.5, -0.5]]
    )
    responses = simulate(mixed, 5000, rng=rng()).responses
    assert responses.dtype == np.int8
    assert responses.max(axis=0).tolist() == [1, 4, 2]
    assert responses.min() == 0


@pytest.mark.parametrize("model", MODELS)
def test_items_drawn_are_items_of_their_model(model: str) -> None:
    items = draw_items(30, model, rng=rng(), n_categories=5)
    assert {each.name for each in items.models} == {model}
    assert set(items.n_categories) == ({2} if model[0] in "R1234" and model != "RSM" else {5})
    if model in {"Rasch", "PCM", "RSM"}:
        np.testing.assert_allclose(items.a, 1)
    if model == "1PL":
        assert len(set(items.a)) == 1
    if model == "RSM":
        steps = np.diff(items.b, axis=1)
        np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape))


def test_one_seed_makes_one_simulation() -> None:
    def draw(seed: int) -> Any:
        source = rng(seed)
        items = draw_items(10, "3PL", rng=source)
        times = draw_response_times(10, rng=source)
        copying = draw_copying(3, 50, 10, share=0.5, rng=source)
        mask = draw_forms(50, 10, length=6, rng=source)
        return simulate(items, 50, rng=source, times=times, copying=copying, administered=mask)

    one, same, other = draw(7), draw(7), draw(8)
    assert np.array_equal(one.responses, same.responses)
    assert np.array_equal(one.seconds, same.seconds, equal_nan=True)
    assert one.copied == same.copied
    assert not np.array_equal(one.responses, other.responses)


def test_abilities_are_drawn_from_a_standard_normal_or_taken_as_given() -> None:
    items = draw_items(3, "2PL", rng=rng())
    assert kstest(simulate(items, 5000, rng=rng()).theta, "norm").pvalue > 0.01
    given = np.array([-2.0, 0.5])
    assert simulate(items, given, rng=rng()).theta is not None
    np.testing.assert_array_equal(simulate(items, given, rng=rng()).theta, given)


def test_changed_items_are_harder_and_steeper_for_those_who_meet_them() -> None:
    items = draw_items(5, "3PL", rng=rng())
    changed = change_items(items, harder={1: 0.6}, steeper={3: 0.5})
    np.testing.assert_allclose(changed.b - items.b, [0, 0.6, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(changed.a / items.a, [1, 1, 1, 0.5, 1])
    np.testing.assert_allclose(changed.c, items.c)
    group = np.repeat(["reference", "focal"], 20_000)
    found = simulate(
        items, np.zeros(40_000), rng=rng(), groups=group, items_of={"focal": changed}
    ).responses
    for label, met in (("reference", items), ("focal", changed)):
        expected = met.probabilities([0.0])[:, 1, 0]
        np.testing.assert_allclose(found[group == label].mean(axis=0), expected, atol=0.015)


def test_graded_items_shift_as_a_whole() -> None:
    items = draw_items(3, "GRM", rng=rng())
    changed = change_items(items, harder={2: -0.4})
    np.testing.assert_allclose(changed.b[2], items.b[2] - 0.4)
    np.testing.assert_allclose(changed.b[:2], items.b[:2])


def test_drift_goes_on_from_occasion_to_occasion() -> None:
    items = draw_items(4, "2PL", rng=rng())
    occasions = np.repeat([0, 1, 2], 5)
    drifted = drift_items(items, {2: -0.1}, occasions)
    assert sorted(drifted) == [0, 1, 2]
    for occasion, met in drifted.items():
        np.testing.assert_allclose(met.b - items.b, [0, 0, -0.1 * occasion, 0], atol=1e-12)
    simulate(items, 15, rng=rng(), groups=occasions, items_of=drifted)


def test_forms_decide_who_is_given_what() -> None:
    forms = [[0, 1, 2], [2, 3, 4, 5]]
    mask = assign_forms(forms, 6, n_persons=101, rng=rng())
    assert sorted(np.unique(mask.sum(axis=1), return_counts=True)[1]) == [50, 51]
    items = draw_items(6, "2PL", rng=rng())
    times = draw_response_times(6, rng=rng())
    result = simulate(items, 101, rng=rng(), administered=mask, times=times)
    np.testing.assert_array_equal(result.responses >= 0, mask)
    assert result.seconds is not None
    np.testing.assert_array_equal(np.isfinite(result.seconds), mask)
    fixed = assign_forms(forms, 6, form=[1, 0, 0])
    assert fixed.sum(axis=1).tolist() == [4, 3, 3]


def test_each_person_is_drawn_a_form_of_the_length_asked_for() -> None:
    mask = draw_forms(2000, 10, length=4, rng=rng())
    assert (mask.sum(axis=1) == 4).all()
    np.testing.assert_allclose(mask.mean(axis=0), 0.4, atol=0.05)


def test_times_are_lognormal_about_intensity_less_speed() -> None:
    items = draw_items(3, "2PL", rng=rng())
    times = ResponseTimes(np.log([20.0, 40.0, 60.0]), np.array([1.5, 2.0, 2.5]), 0.4, 0.6)
    result = simulate(items, 20_000, rng=rng(), times=times)
    assert result.seconds is not None
    assert result.speed is not None
    assert result.speed.std() == pytest.approx(0.4, rel=0.03)
    assert np.corrcoef(result.speed, result.theta)[0, 1] == pytest.approx(0.6, abs=0.02)
    noise = (np.log(result.seconds) - times.intensity + result.speed[:, None]) * np.array(
        [1.5, 2.0, 2.5]
    )
    for item in range(3):
        assert kstest(noise[:, item], "norm").pvalue > 0.001


def test_copiers_take_answers_and_less_time() -> None:
    items = draw_items(20, "2PL", rng=rng())
    times = draw_response_times(20, rng=rng())
    mask = np.ones((4, 20), dtype=bool)
    mask[0, 3] = mask[1, 5] = False
    pair = Copying(source=0, copier=1, items=(2, 3, 4, 5, 6), time_factor=0.25)
    theta = [9.0, -9.0, 0.0, 1.0]
    honest = simulate(items, theta, rng=rng(), times=times, administered=mask)
    result = simulate(items, theta, rng=rng(), times=times, administered=mask, copying=[pair])
    assert result.copied == (Copying(0, 1, (2, 4, 6), 0.25),)
    assert honest.responses[1, [2, 4, 6]].tolist() == [0, 0, 0]
    assert result.responses[1, [2, 4, 6]].tolist() == [1, 1, 1]
    assert honest.seconds is not None
    assert result.seconds is not None
    ratio = result.seconds[1] / honest.seconds[1]
    np.testing.assert_allclose(ratio[[2, 4, 6]], 0.25)
    others = np.setdiff1d(np.arange(20), [2, 4, 5, 6])
    np.testing.assert_allclose(ratio[others], 1)
    np.testing.assert_array_equal(result.responses[1, others], honest.responses[1, others])
    np.testing.assert_array_equal(result.responses[2:], honest.responses[2:])


def test_pairs_are_of_different_persons_and_the_abler_is_the_source() -> None:
    theta = rng().normal(size=40)
    pairs = draw_copying(20, 40, 30, share=0.4, rng=rng(), theta=theta)
    persons = [person for pair in pairs for person in (pair.source, pair.copier)]
    assert sorted(persons) == list(range(40))
    assert all(len(set(pair.items)) == 12 for pair in pairs)
    assert all(theta[pair.source] >= theta[pair.copier] for pair in pairs)


ITEMS = draw_items(3, "2PL", rng=rng())


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: simulate(ITEMS, 0, rng=rng()), "0 persons"),
        (lambda: simulate(ITEMS, [np.nan], rng=rng()), "one finite number"),
        (lambda: simulate(ITEMS, 2, rng=rng(), administered=np.ones((2, 2))), "has shape"),
        (lambda: simulate(ITEMS, 2, rng=rng(), groups=["a"]), "one label for each person"),
        (lambda: simulate(ITEMS, 2, rng=rng(), items_of={"a": ITEMS}), "needs the group"),
        (
            lambda: simulate(ITEMS, 2, rng=rng(), groups=["a", "a"], items_of={"b": ITEMS}),
            "no person is in group 'b'",
        ),
        (
            lambda: simulate(
                ITEMS,
                1,
                rng=rng(),
                groups=["a"],
                items_of={"a": draw_items(3, "GRM", rng=rng())},
            ),
            "other numbers of categories",
        ),
        (
            lambda: simulate(ITEMS, 2, rng=rng(), copying=[Copying(0, 2, (1,))]),
            "does not exist",
        ),
        (
            lambda: simulate(ITEMS, 2, rng=rng(), times=draw_response_times(2, rng=rng())),
            "times are for 2 items",
        ),
        (lambda: ResponseTimes(np.zeros(2), np.array([1.0, 0.0])), "above 0"),
        (lambda: ResponseTimes(np.zeros(2), np.ones(3)), "one number an item"),
        (lambda: ResponseTimes(np.zeros(2), np.ones(2), correlation=2), "from -1 to 1"),
        (lambda: change_items(ITEMS, harder={3: 1.0}), "no item 3 among 3"),
        (lambda: change_items(ITEMS, steeper={0: 0.0}), "cannot be multiplied by 0"),
        (
            lambda: change_items(draw_items(2, "NRM", rng=rng()), harder={0: 1.0}),
            "item 0 is nominal",
        ),
        (lambda: draw_items(0, "2PL", rng=rng()), "0 items"),
        (lambda: draw_items(2, "GRM", rng=rng(), n_categories=2), "3 categories or more"),
        (lambda: assign_forms([[0, 9]], 5, form=[0]), "form 0 names item 9 of 5"),
        (lambda: assign_forms([[0, 1]], 5, form=[1]), "no form 1 among 1"),
        (lambda: assign_forms([[0, 1]], 5), "give the form of each person"),
        (lambda: draw_forms(5, 4, length=5, rng=rng()), "5 items cannot be drawn from 4"),
        (lambda: draw_copying(3, 5, 4, share=0.5, rng=rng()), "3 pairs"),
        (lambda: draw_copying(1, 5, 4, share=1.5, rng=rng()), "a share of 1.5"),
    ],
)
def test_what_cannot_be_simulated_is_refused(act: Callable[[], object], sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        act()


def test_a_model_no_one_knows_is_refused() -> None:
    with pytest.raises(UnknownModel):
        draw_items(3, "5PL", rng=rng())
