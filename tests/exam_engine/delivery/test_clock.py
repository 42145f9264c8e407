from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exam_engine.delivery import clock

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
instants = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
allowances = st.integers(1, 6 * 3600)
ledgers = st.lists(st.integers(-600_000_000, 7_200_000_000), max_size=8)


def test_the_allowance_counts_from_the_start() -> None:
    noon = NINE + timedelta(hours=3)
    assert clock.deadline(NINE, 7200, noon, []) == datetime(2026, 11, 21, 11, tzinfo=UTC)


def test_the_end_of_the_window_cuts_the_allowance() -> None:
    ten = NINE + timedelta(hours=1)
    assert clock.deadline(NINE, 7200, ten, []) == ten


def test_adjustments_are_added_after_the_window_has_cut() -> None:
    ten = NINE + timedelta(hours=1)
    assert clock.deadline(NINE, 7200, ten, [90_000_000, -30_000_000]) == ten + timedelta(minutes=1)


@given(instants, allowances, instants, ledgers)
def test_time_used_is_never_more_than_allowed_and_recorded(
    start: datetime, allowance_s: int, window_end: datetime, ledger: list[int]
) -> None:
    until = clock.deadline(start, allowance_s, window_end, ledger)
    recorded = timedelta(microseconds=sum(ledger))
    assert until - start <= timedelta(seconds=allowance_s) + recorded
    assert until <= window_end + recorded


@given(instants, allowances, instants, ledgers, st.randoms())
def test_the_order_of_the_ledger_does_not_matter(
    start: datetime, allowance_s: int, window_end: datetime, ledger: list[int], rng: object
) -> None:
    mixed = list(ledger)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    assert clock.deadline(start, allowance_s, window_end, ledger) == clock.deadline(
        start, allowance_s, window_end, mixed
    )


@given(instants, instants)
def test_what_is_left_is_never_negative_and_never_too_long(
    deadline: datetime, now: datetime
) -> None:
    left = clock.remaining(deadline, None, now)
    assert left is not None
    assert left >= timedelta()
    assert now >= deadline or now + left == deadline


@given(instants, instants, instants)
def test_while_paused_what_is_left_stands_still(
    deadline: datetime, paused: datetime, now: datetime
) -> None:
    assert clock.remaining(deadline, paused, now) == clock.remaining(deadline, paused, paused)


def test_before_the_start_there_is_no_time_left_to_tell() -> None:
    assert clock.remaining_ms(None, None, NINE) is None


def test_milliseconds_are_cut_and_not_rounded_up() -> None:
    deadline = NINE + timedelta(microseconds=1_999)
    assert clock.remaining_ms(deadline, None, NINE) == 1
