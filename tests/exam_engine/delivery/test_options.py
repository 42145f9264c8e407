from uuid import UUID

from exam_engine.delivery.options import OptionsCache


def test_what_was_put_is_found_again_as_sets_by_position() -> None:
    cache = OptionsCache()
    cache.put(UUID(int=1), ['["B","A"]', '["X","Y","Z"]'])
    assert cache.get(UUID(int=1)) == ({"A", "B"}, {"X", "Y", "Z"})


def test_an_attempt_that_was_never_put_is_not_known() -> None:
    assert OptionsCache().get(UUID(int=1)) is None


def test_an_attempt_without_questions_is_asked_for_again() -> None:
    cache = OptionsCache()
    assert cache.put(UUID(int=1), []) == ()
    assert cache.get(UUID(int=1)) is None


def test_the_oldest_goes_first_when_it_is_full() -> None:
    cache = OptionsCache(most=2)
    for number in (1, 2, 3):
        cache.put(UUID(int=number), ['["A","B"]'])
    assert cache.get(UUID(int=1)) is None
    assert cache.get(UUID(int=2)) is not None
    assert cache.get(UUID(int=3)) is not None


def test_equal_sets_are_one_object() -> None:
    cache = OptionsCache()
    one = cache.put(UUID(int=1), ['["A","B"]'])
    other = cache.put(UUID(int=2), ['["B","A"]'])
    assert one[0] is other[0]
