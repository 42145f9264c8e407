from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from exam_engine.rehearsal import script

seeds = st.integers(0, 2**32)
forms = st.integers(1, 150)


def written(seed: int, questions: int = 100, lasts_s: float = 60) -> list[script.Save]:
    return script.write(Random(seed), questions, lasts_s)


@given(seeds, forms)
def test_forty_questions_are_answered_or_all_where_there_are_fewer(
    seed: int, questions: int
) -> None:
    positions = {save.position for save in written(seed, questions)}
    assert len(positions) == min(40, questions)
    assert positions <= set(range(1, questions + 1))


@given(seeds, forms)
def test_sequences_count_up_from_one_without_a_gap(seed: int, questions: int) -> None:
    sequences = {save.sequence for save in written(seed, questions)}
    assert sequences == set(range(1, len(sequences) + 1))


@given(seeds)
def test_four_answers_are_sent_twice_and_the_second_time_unchanged(seed: int) -> None:
    saves = written(seed)
    times = Counter(save.sequence for save in saves)
    assert sorted(times.values())[-5:] == [1, 2, 2, 2, 2]
    same = {(save.sequence, save.position, save.choice, save.flagged) for save in saves}
    assert len(same) == len(times)


@given(seeds)
def test_three_older_answers_leave_after_a_newer_one_to_the_same_question(seed: int) -> None:
    first_sent: dict[int, int] = {}
    saves = written(seed)
    for place, save in enumerate(saves):
        first_sent.setdefault(save.sequence, place)
    overtaken = [
        save
        for save in saves
        if any(
            other.position == save.position
            and other.sequence == save.sequence + 1
            and first_sent[other.sequence] < first_sent[save.sequence]
            for other in saves
        )
    ]
    assert len({save.sequence for save in overtaken}) == 3


@given(seeds)
def test_the_end_has_one_cleared_answer_four_flags_and_no_other_blank(seed: int) -> None:
    left = script.final_answers(written(seed))
    assert sum(save.choice is None for save in left.values()) == 1
    assert sum(save.flagged for save in left.values()) == 4


@given(seeds, st.floats(1, 10_000))
def test_saves_leave_in_order_and_within_what_arrivals_and_the_end_leave(
    seed: int, lasts_s: float
) -> None:
    moments = [save.after_s for save in written(seed, lasts_s=lasts_s)]
    assert moments == sorted(moments)
    assert moments[0] >= 0
    assert moments[-1] <= lasts_s * 0.8 * 1.000001


@given(seeds, st.floats(1, 10_000))
def test_everybody_comes_within_a_tenth_of_the_time(seed: int, lasts_s: float) -> None:
    assert 0 <= script.begins_after_s(Random(seed), lasts_s) <= lasts_s / 10


def test_the_same_seed_writes_the_same_script() -> None:
    assert written(7) == written(7)
    assert written(7) != written(8)


def test_the_highest_sequence_is_what_is_left_even_if_it_was_sent_first() -> None:
    older = script.Save(2.0, 1, 5, 0, flagged=False)
    newer = script.Save(1.0, 2, 5, None, flagged=True)
    assert script.final_answers([newer, older, newer]) == {5: newer}


def test_options_are_read_as_the_page_shows_them() -> None:
    page = (
        '<input type="radio" name="response" value="B"><b>A</b>'
        '<input type="radio" name="response" value="a&amp;b" checked><b>B</b>'
        '<input type="checkbox" name="flagged" value="yes">'
    )
    assert script.option_identifiers(page) == ["B", "a&b"]
