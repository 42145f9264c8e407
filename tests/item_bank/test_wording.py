import pytest

from item_bank.wording import content_stems, grade_level, sentences, syllables, word_stem, words


def test_numbers_hyphens_and_apostrophes_make_one_word() -> None:
    text = "The district's 3,400 sign-ins rose 4.5% - AT&T/IT agreed."
    assert list(words(text)) == [
        "The", "district's", "3,400", "sign-ins", "rose", "4.5%", "AT&T/IT", "agreed",
    ]  # fmt: skip


def test_a_sentence_ends_before_a_capital_and_not_after_an_initial() -> None:
    text = "Under 20 U.S.C. 1232g it holds. Is it so? $5 is paid."
    assert sentences(text) == ["Under 20 U.S.C. 1232g it holds.", "Is it so?", "$5 is paid."]


@pytest.mark.parametrize(
    ("word", "count"), [("cat", 1), ("device", 2), ("table", 2), ("technology", 4), ("rhythm", 1)]
)
def test_syllables_are_estimated(word: str, count: int) -> None:
    assert syllables(word) == count


def test_forms_of_one_word_have_one_stem() -> None:
    assert word_stem("restoring") == word_stem("restored") == word_stem("restores")
    assert word_stem("plan") == "plan"


def test_content_stems_leave_out_short_and_common_words() -> None:
    assert content_stems("The students should restore the district's backups") == {
        "restor",
        "backup",
    }


def test_the_grade_is_that_of_the_published_formula() -> None:
    # Six words, one sentence, six syllables: 0.39 * 6 + 11.8 * 1 - 15.59.
    assert grade_level("The cat sat on the mat.") == pytest.approx(-1.45)
    assert grade_level("") == 0.0
