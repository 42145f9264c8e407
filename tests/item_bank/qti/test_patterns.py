import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import ScoringRefused
from item_bank.qti.patterns import Effort, Pattern, PatternUnsound

MATCHES = [
    ("", "", True),
    ("", "a", False),
    ("a|b|", "", True),
    ("[0-9]{3}-[0-9]{4}", "555-0199", True),
    ("[0-9]{3}-[0-9]{4}", "555-01990", False),
    (r"\d+(\.\d+)?", "3.14", True),
    (r"\d+(\.\d+)?", "3.", False),
    (r"\d+", "٣", True),  # a digit of another script is a digit to XML Schema
    (r"\w+", "naïve", True),
    (r"\w+", "no-hyphen", False),
    (r"\S+\s\S+", "two words", True),
    (r"\p{Lu}\p{Ll}*", "Épée", True),
    (r"\P{L}+", "123", True),
    (r"\p{IsGreek}+", "αβγ", True),
    (r"\i\c*", "_a-1.b", True),
    ("[a-z-[aeiou]]+", "rhythm", True),
    ("[a-z-[aeiou]]+", "rhyme", False),
    ("[^a-c]", "d", True),
    ("[^a-c]", "b", False),
    (r"[\-\]\\]+", "-]\\", True),
    ("[-a]+", "a-a", True),
    (".", "\n", False),
    ("(ab){2,3}", "abab", True),
    ("(ab){2,3}", "ab" * 4, False),
    ("(ab){2,}", "ab" * 9, True),
    ("a{0}b", "b", True),
    ("^abc$", "abc", True),  # not XML Schema, but writers set them
    ("a^b", "a^b", True),
    (r"a\.b", "axb", False),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), MATCHES)
def test_a_pattern_stands_for_the_whole_text(pattern: str, text: str, expected: bool) -> None:
    assert Pattern.read(pattern).matches(text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "a)",
        "[",
        "[]",
        "[b-a]",
        "*a",
        "a**",
        "a{2,1}",
        "a{,3}",
        "a{1001}",
        "(a{500}){500}",
        r"\b",
        r"\1",
        "(?=a)",
        "(?:a)",
        "a??",
        r"\p{Nonsense}",
        r"\p",
        "\\",
        "(" * 60 + ")" * 60,
        "a" * 1001,
    ],
)
def test_what_is_no_pattern_of_xml_schema_is_refused(pattern: str) -> None:
    with pytest.raises(PatternUnsound):
        Pattern.read(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*)*x", "(a?){50}a{50}", "([a-z]+)*9"]
)
def test_patterns_that_never_end_elsewhere_end_at_once(pattern: str) -> None:
    effort = Effort()
    Pattern.read(pattern).matches("a" * 500 + "!", effort.follow)
    assert effort.steps < 500 * 500  # a backtracking engine takes 2**500


def test_a_match_that_is_too_much_work_is_refused() -> None:
    with pytest.raises(ScoringRefused):
        Pattern.read(".*a.{300}").matches("a" * 50_000)


letters = st.sampled_from("abc")
trees = st.recursive(
    letters | st.sampled_from(["[ab]", "[^a]", "."]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "{0,2}", "{1,}"])).map(
            lambda two: f"({two[0]}){two[1]}"
        ),
    ),
    max_leaves=6,
)


@given(trees, st.text("abcd", max_size=6))
def test_patterns_agree_with_a_backtracking_engine(pattern: str, text: str) -> None:
    assert Pattern.read(pattern).matches(text) is bool(re.fullmatch(pattern, text))


@given(st.text(max_size=40))
def test_any_text_is_a_pattern_or_refused(pattern: str) -> None:
    with suppress(PatternUnsound):
        Pattern.read(pattern).matches(pattern)
