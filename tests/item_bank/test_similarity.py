import random

import pytest

from item_bank.similarity import COMPARED_WITH, likenesses, near_duplicates, shingles


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


def test_likenesses_are_those_of_the_exact_method_where_no_run_is_common() -> None:
    rng = random.Random(5)
    words = [f"word{number}" for number in range(40)]
    texts = {f"T{number:02}": " ".join(rng.choices(words, k=30)) for number in range(60)}
    for number in range(20):
        tokens = texts[f"T{number:02}"].split()
        tokens[rng.randrange(30)] = "other"
        texts[f"U{number:02}"] = " ".join(tokens)
    exact = {frozenset(pair[:2]): pair[2] for pair in near_duplicates(texts, 0.15)}
    known = {key: text for key, text in texts.items() if key.startswith("T")}
    new = {key: text for key, text in texts.items() if key.startswith("U")}
    found = likenesses(new, known, 0.15)
    ours = {frozenset((key, other)): index for key, like in found.items() for other, index in like}
    assert len(ours) == 20
    assert ours == exact


def test_of_a_large_family_every_member_is_found_like_some_of_its_first() -> None:
    new = {f"N{number:04}": "one and the same text of nine words here" for number in range(500)}
    found = likenesses(new, {"OLD": new["N0000"]}, 0.15)
    assert len(found) == 500
    assert all(like[0][1] == 1.0 and len(like) <= COMPARED_WITH for like in found.values())
