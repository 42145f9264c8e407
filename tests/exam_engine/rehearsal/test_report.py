from typing import Any

from exam_engine.rehearsal import report
from exam_engine.rehearsal.report import Audited, Percentiles, Tally


def tally_of_one() -> Tally:
    tally = Tally(requests=5, starts=1, saves=3, submits=1)
    tally.acknowledged["a"] = {(1, 1): "aa", (1, 2): "bb"}
    return tally


def summary(tally: Tally, audited: dict[str, Audited]) -> dict[str, Any]:
    return report.summarise(
        tally,
        audited,
        candidates=1,
        minutes=1,
        seed=1,
        server=None,
        generator_cpu_seconds=0.5,
    )


def test_percentiles_are_values_that_were_measured() -> None:
    assert report.percentiles(range(1, 101)) == Percentiles(50, 95, 99)
    assert report.percentiles([3, 1, 2]) == Percentiles(2, 3, 3)
    assert report.percentiles([7.04]) == Percentiles(7.0, 7.0, 7.0)


def test_nothing_measured_has_no_percentiles() -> None:
    assert report.percentiles([]) == Percentiles(None, None, None)


def test_a_day_on_which_everything_is_stored_is_sound() -> None:
    found = summary(tally_of_one(), {"a": Audited(True, {(1, 1): "aa", (1, 2): "bb"})})
    assert (found["acknowledged"], found["stored"], found["lost"]) == (2, 2, 0)
    assert found["chains_verified"] == 1
    assert report.is_sound(found)


def test_an_acknowledged_answer_that_the_log_lacks_is_lost() -> None:
    found = summary(tally_of_one(), {"a": Audited(True, {(1, 1): "aa"})})
    assert found["lost"] == 1
    assert not report.is_sound(found)


def test_an_answer_that_the_log_holds_under_another_hash_is_lost() -> None:
    found = summary(tally_of_one(), {"a": Audited(True, {(1, 1): "aa", (1, 2): "cc"})})
    assert found["lost"] == 1


def test_an_attempt_that_could_not_be_audited_counts_as_lost() -> None:
    found = summary(tally_of_one(), {})
    assert (found["stored"], found["lost"]) == (0, 2)
    assert not report.is_sound(found)


def test_an_answer_stored_without_an_acknowledgement_is_no_loss() -> None:
    accepted = {(1, 1): "aa", (1, 2): "bb", (1, 3): "cc"}
    found = summary(tally_of_one(), {"a": Audited(True, accepted)})
    assert (found["stored"], found["lost"]) == (3, 0)
    assert report.is_sound(found)


def test_a_broken_chain_an_error_or_somebody_who_did_not_finish_spoils_the_day() -> None:
    whole = {(1, 1): "aa", (1, 2): "bb"}
    assert not report.is_sound(summary(tally_of_one(), {"a": Audited(False, whole)}))

    with_error = tally_of_one()
    with_error.errors["start: 500"] += 1
    assert not report.is_sound(summary(with_error, {"a": Audited(True, whole)}))

    unfinished = tally_of_one()
    unfinished.submits = 0
    assert not report.is_sound(summary(unfinished, {"a": Audited(True, whole)}))
