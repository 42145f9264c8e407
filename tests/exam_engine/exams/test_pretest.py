"""Questions in pretest: on the form, seen by all, counted by nobody's score."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from exam_engine.delivery.queries import list_exposures
from exam_engine.delivery.tables import PresentedItem, Response
from exam_engine.exams.assembly import BlueprintNotMet, Eligible, draw, with_pretest
from exam_engine.exams.conversion import Conversion, provisional
from exam_engine.exams.purposes import Purpose
from exam_engine.exams.queries import list_form_items
from exam_engine.exams.service import Exams
from exam_engine.invigilation.service import Invigilation
from exam_engine.results.tables import Score
from item_bank.items import ItemFacts
from item_bank.lifecycle import ItemState
from item_bank.service import ItemBank
from tests import factories
from tests.exam_engine.conftest import Room
from tests.factories import Programmed

SCORED = {area: [Eligible(f"{area}{n}") for n in range(6)] for area in "ABC"}
PRETEST = {area: [Eligible(f"{area}p{n}") for n in range(4)] for area in "ABC"}
FORM = draw([("A", 4), ("B", 3), ("C", 3)], SCORED, 1)


@given(st.integers(0, 12), st.integers())
def test_the_scored_part_is_what_it_was_and_the_rest_is_spread(count: int, seed: int) -> None:
    made = with_pretest(FORM, PRETEST, count, seed)
    assert [(area, item) for area, item, pretest in made if not pretest] == FORM
    added = Counter(area for area, _, pretest in made if pretest)
    assert added.total() == count
    assert max(added.values(), default=0) - min((added[area] for area in "ABC"), default=0) <= 1
    assert len({item for _, item, _ in made}) == 10 + count
    assert made == with_pretest(FORM, PRETEST, count, seed)


def test_over_many_seeds_every_place_is_as_likely() -> None:
    places = Counter(
        place
        for seed in range(3000)
        for place, (_, _, pretest) in enumerate(with_pretest(FORM, PRETEST, 2, seed))
        if pretest
    )
    # 500 expected at each of 12 places, standard deviation sqrt(3000 * 1/6 * 5/6) = 20.4
    assert all(abs(places[place] - 500) < 5 * 20.4 for place in range(12))


def test_too_few_items_in_pretest_are_a_sentence() -> None:
    with pytest.raises(BlueprintNotMet, match="wants 13 questions in pretest; 12"):
        with_pretest(FORM, PRETEST, 13, 1)


@given(st.integers())
def test_no_item_in_pretest_is_an_enemy_of_another_on_the_form(seed: int) -> None:
    on_form = FORM[0][1]
    pools = {
        "A": [Eligible("p1", frozenset({on_form})), Eligible("p2", frozenset({"p3"}))],
        "B": [Eligible("p3", frozenset({"p2"})), Eligible("p4")],
    }
    drawn = {item for _, item, pretest in with_pretest(FORM, pools, 2, seed) if pretest}
    assert "p1" not in drawn
    assert not {"p2", "p3"} <= drawn


async def a_form_with_pretest(room: Room, purpose: Purpose) -> Programmed:
    keys = dict(room.programmed.keys)
    async with room.database.transaction() as session:
        bank = ItemBank(session, room.now)
        for number, area in enumerate(("I.A", "I.B", "II.A")):
            facts = ItemFacts(f"{factories.CANARY}-new-{number}", area)
            content = factories.an_item(facts.code, "A")
            version = await bank.add_item(content, facts, None, ItemState.PRETEST, reason="test")
            keys[version.id] = "A"
        exams = Exams(session, room.now)
        exam = room.programmed.exam
        table = provisional(10, 7, 0, 800, 600)
        form = await exams.assemble(exam, "P-1", 5, table, purpose, pretest=3)
        await exams.publish(form)
    return Programmed(exam, form, keys)


async def test_questions_in_pretest_are_shown_counted_and_score_nothing(room: Room) -> None:
    programmed = await a_form_with_pretest(room, Purpose.PRACTICE)
    async with room.database.transaction() as session:
        sitting = await factories.a_sitting(session, room.now, programmed)
        items = await list_form_items(session, programmed.form.id)
        await factories.a_seat(session, room.now, sitting)  # booked, never comes
    assert Counter(item.role for item in items) == {"scored": 10, "pretest": 3}
    rng = random.Random(3)
    seated = Room(room.database, programmed, sitting, room.now)
    for _ in range(3):
        right = {item.position: rng.random() < 0.5 for item in items}
        seat, attempt = await seated.running(began_ago=timedelta(minutes=1))
        async with room.database.transaction() as session:
            presented = (
                await session.scalars(
                    select(PresentedItem).where(PresentedItem.attempt_id == attempt.id)
                )
            ).all()
            for row in presented:
                key = programmed.keys[row.item_version_id]
                wrong = "B" if key == "A" else "A"
                session.add(
                    Response(
                        attempt_id=attempt.id,
                        position=row.position,
                        value=key if right[row.form_position] else wrong,
                        flagged=False,
                        lease=1,
                        sequence=row.position,
                        received_at=room.now,
                    )
                )
        async with room.database.transaction() as session:
            await Invigilation(session, room.now).submit(attempt.id, seat.who, 0)
        async with room.database.reading() as session:
            score = (
                await session.scalars(select(Score).where(Score.attempt_id == attempt.id))
            ).one()
        expected = sum(right[item.position] for item in items if item.role == "scored")
        assert (score.raw, score.raw_max) == (expected, 10)
    async with room.database.reading() as session:
        exposures = await list_exposures(session, programmed.form.id)
    assert [(one.position, one.role, one.shown) for one in exposures] == [
        (item.position, item.role, 3) for item in items
    ]


@given(st.integers(1, 40), st.integers(0, 40))
def test_a_share_of_right_answers_lies_where_the_whole_table_has_it(of: int, raw: int) -> None:
    raw = min(raw, of)
    table = Conversion("t", tuple(80.0 * n for n in range(11)), 0, 800, 600)
    assert table.at(raw, of) == pytest.approx(800 * raw / of)
