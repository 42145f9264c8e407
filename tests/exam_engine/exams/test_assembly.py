from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exam_engine.exams.assembly import BlueprintNotMet, Eligible, draw
from exam_engine.exams.programme import PRACTICE, item_counts
from item_bank.framework import bundled_edition

AREAS = ("P", "Q", "R")


@st.composite
def banks(draw_: st.DrawFn) -> dict[str, list[Eligible[int]]]:
    """Up to 8 items an area; enemies know each other, as the bank's own pairs do."""
    ids = {
        area: [100 * n + k for k in range(draw_(st.integers(0, 8)))]
        for n, area in enumerate(AREAS, 1)
    }
    everybody = [one for area in AREAS for one in ids[area]]
    pairs = draw_(
        st.lists(st.tuples(st.sampled_from(everybody), st.sampled_from(everybody)), max_size=6)
        if everybody
        else st.just([])
    )
    enemies: dict[int, set[int]] = {}
    for one, other in pairs:
        if one != other:
            enemies.setdefault(one, set()).add(other)
            enemies.setdefault(other, set()).add(one)
    return {
        area: [Eligible(one, frozenset(enemies.get(one, ()))) for one in ids[area]]
        for area in AREAS
    }


blueprints = st.tuples(*(st.integers(0, 4) for _ in AREAS)).map(
    lambda counts: list(zip(AREAS, counts, strict=True))
)


@given(banks(), blueprints, st.integers(0, 2**31))
def test_a_form_has_the_exact_counts_no_item_twice_and_no_enemies(
    bank: dict[str, list[Eligible[int]]], blueprint: list[tuple[str, int]], seed: int
) -> None:
    try:
        form = draw(blueprint, bank, seed)
    except BlueprintNotMet as refusal:
        # it may only be refused where counting alone or enemies can be the reason
        short = [area for area, count in blueprint if len(bank[area]) < count]
        hostile = any(item.enemies for items in bank.values() for item in items)
        assert short or hostile
        assert any(f"Area {area} " in str(refusal) for area in AREAS)  # noqa: PT017
        return
    assert Counter(area for area, _ in form) == Counter(dict(blueprint)) - Counter()
    items = {item.id: item for area in bank.values() for item in area}
    drawn = [one for _, one in form]
    assert len(set(drawn)) == len(drawn)
    assert all(items[one].enemies.isdisjoint(drawn) for one in drawn)
    assert all(one in {item.id for item in bank[area]} for area, one in form)
    order = [area for area, _ in form]
    assert order == sorted(order)


@given(banks(), blueprints, st.integers(0, 2**31))
def test_the_same_seed_makes_the_same_form(
    bank: dict[str, list[Eligible[int]]], blueprint: list[tuple[str, int]], seed: int
) -> None:
    def attempt() -> object:
        try:
            return draw(blueprint, bank, seed)
        except BlueprintNotMet as refusal:
            return str(refusal)

    assert attempt() == attempt()


def test_other_seeds_make_other_forms() -> None:
    bank = {"P": [Eligible(number) for number in range(20)]}
    forms = {tuple(draw([("P", 5)], bank, seed)) for seed in range(20)}
    assert len(forms) > 15


def test_one_sided_enmity_is_enough() -> None:
    bank = {"P": [Eligible(1, frozenset({2})), Eligible(2)]}
    for seed in range(10):
        with pytest.raises(BlueprintNotMet):
            draw([("P", 2)], bank, seed)


def test_the_default_programme_has_the_blueprint_of_the_outline() -> None:
    weights = [(area.code, area.weight or 0) for area in bundled_edition().skill_areas]
    counts = item_counts(weights, PRACTICE.question_count)
    assert list(counts.values()) == [15, 15, 10, 12, 9, 9, 9, 7, 7, 7]


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 50), min_size=1, max_size=12),
    st.integers(0, 300),
)
def test_counts_add_up_and_are_a_share_rounded_up_or_down(
    weights: dict[str, int], questions: int
) -> None:
    counts = item_counts(weights.items(), questions)
    total = sum(weights.values())
    assert sum(counts.values()) == questions
    for code, weight in weights.items():
        below = questions * weight // total
        assert below <= counts[code] <= below + 1
