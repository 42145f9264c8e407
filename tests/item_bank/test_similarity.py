import pytest

from item_bank.similarity import near_duplicates, shingles


def test_shingles_are_all_runs_of_words_without_regard_to_case_and_marks() -> None:
    assert shingles("One two, THREE four.", size=3) == {
        ("one", "two", "three"),
        ("two", "three", "four"),
    }
    assert shingles("one two", size=3) == {("one", "two")}
    assert shingles("", size=3) == frozenset()


def test_the_index_is_shared_runs_over_all_runs() -> None:
    texts = {"x": "a b c d e f", "y": "a b c d e g", "z": "p q r s t u"}
    # x and y have the runs abcde and bcdef, abcde and bcdeg: one shared of three.
    assert near_duplicates(texts, 0.1) == [("x", "y", pytest.approx(1 / 3))]
    assert near_duplicates(texts, 0.34) == []


def test_equal_texts_have_the_index_one() -> None:
    assert near_duplicates({"b": "a b c d e f", "a": "A b c d e f."}, 0.99) == [("a", "b", 1.0)]
