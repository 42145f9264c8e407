from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from exam_engine.delivery.ordering import option_order

seeds = st.integers(0, 2**62 - 1)
identifiers = st.lists(
    st.text(st.characters(min_codepoint=65, max_codepoint=90), min_size=1, max_size=4),
    min_size=2,
    max_size=6,
    unique=True,
)


def test_the_order_is_the_one_that_anybody_can_work_out_again() -> None:
    # for option in A B C D; do echo -n "7:3:$option" | sha256sum; done
    # A 77560d79... B d4a11e80... C efc3841a... D 0cbc3ef4...
    assert option_order(7, 3, ["A", "B", "C", "D"], shuffle=True) == ["D", "A", "B", "C"]


@given(seeds, st.integers(1, 300), identifiers)
def test_shuffling_keeps_every_option_once(seed: int, position: int, given: list[str]) -> None:
    assert Counter(option_order(seed, position, given, shuffle=True)) == Counter(given)


@given(seeds, st.integers(1, 300), identifiers, st.randoms(use_true_random=False))
def test_the_order_in_the_item_does_not_matter_to_the_shuffle(
    seed: int, position: int, given: list[str], rng: object
) -> None:
    mixed = list(given)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    assert option_order(seed, position, given, True) == option_order(seed, position, mixed, True)


@given(seeds, st.integers(1, 300), identifiers)
def test_an_item_that_is_not_shuffled_stays_as_written(
    seed: int, position: int, given: list[str]
) -> None:
    assert option_order(seed, position, given, shuffle=False) == given


def test_each_option_comes_first_about_as_often() -> None:
    first = Counter(option_order(seed, 1, list("ABCD"), True)[0] for seed in range(4_000))
    # 1,000 expected, standard deviation 27: five of them leave one false alarm in a million
    assert all(abs(first[one] - 1_000) < 137 for one in "ABCD"), first


def test_two_positions_are_not_shuffled_alike() -> None:
    orders = {tuple(option_order(11, position, list("ABCD"), True)) for position in range(1, 40)}
    assert len(orders) > 10
