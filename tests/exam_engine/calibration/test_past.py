"""The demonstration's candidates who never were."""

from exam_engine.demonstration.past import Asked, answers, truths

FORM = [Asked(f"A-{n:02}", 4, n % 4 + 1, 0.6) for n in range(30)]


def test_the_truth_is_the_same_in_whatever_order_the_items_come() -> None:
    assert truths(FORM) == truths(FORM[::-1])
    wrong = [one.code for one in FORM if truths(FORM)[one.code].marked != one.key]
    assert len(wrong) == 1


def test_answers_follow_from_the_seed_and_the_able_are_right_more_often() -> None:
    parameters = truths(FORM)
    sheet = answers(FORM, parameters, 300, 0.0, 5)
    assert sheet == answers(FORM, parameters, 300, 0.0, 5)
    assert sheet != answers(FORM, parameters, 300, 0.0, 6)
    assert len(sheet) == 300 * len(FORM)
    assert set(sheet) <= {0, 1, 2, 3, 4}

    def right(mean: float) -> int:
        drawn = answers(FORM, parameters, 300, mean, 5)
        marked = bytes(parameters[one.code].marked for one in FORM) * 300
        return sum(one == key for one, key in zip(drawn, marked, strict=True))

    assert right(1.0) > right(0.0) > right(-1.0)
