"""Option analysis: counts by hand, and the item of the classic data whose key is suspect."""

from pathlib import Path

import numpy as np
import pytest

from psychometrics.classical import analyse_options
from psychometrics.errors import BadOption, BadResponses
from tests.psychometrics.figures import read_matrix

CHOICES = np.array(
    [
        ["A", "B", "C"],
        ["A", "B", "C"],
        ["A", "C", "C"],
        ["B", "B", "A"],
        ["C", "A", "A"],
        ["", "A", "B"],
    ]
)
KEY = ["A", "B", "C"]


def test_options_are_counted_and_scored_by_the_other_items() -> None:
    first = analyse_options(CHOICES, KEY, options=["A", "B", "C", "D"])[0]
    assert first.options == ("A", "B", "C", "D")
    assert first.key == 0
    assert first.count.tolist() == [3, 1, 1, 0]
    np.testing.assert_allclose(first.proportion, [0.6, 0.2, 0.2, 0.0])
    np.testing.assert_allclose(first.mean_score[:3], [(1 + 1 + 0.5) / 3, 0.5, 0.0])
    assert "No one chose option D: its mean score and correlation are undefined." in first.flags
    rest = np.array([1, 1, 0.5, 0.5, 0])
    for position, option in enumerate("ABC"):
        chosen = CHOICES[:5, 0] == option
        assert first.point_biserial[position] == pytest.approx(np.corrcoef(chosen, rest)[0, 1])


def test_trace_lines_share_out_every_score_group() -> None:
    for table in analyse_options(CHOICES, KEY, groups=3):
        np.testing.assert_allclose(table.trace.sum(axis=0), 1)
        assert (np.diff(table.group_score) > 0).all()
        assert table.group_size.sum() == table.count.sum()
        np.testing.assert_allclose(table.trace @ table.group_size, table.count)


def test_trace_lines_written_out() -> None:
    """Choice by choice and group by group, with items that some were not given."""
    rng = np.random.default_rng(8)
    choices = rng.integers(1, 5, (300, 10)).astype(float)
    choices[rng.random(choices.shape) < 0.2] = np.nan
    key = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]
    right = np.where(np.isnan(choices), np.nan, choices == key)
    for item, table in enumerate(analyse_options(choices, key, groups=4)):
        who = np.flatnonzero(~np.isnan(choices[:, item]))
        rest = np.array([np.nanmean(np.delete(right[person], item)) for person in who])
        place = [
            (rest.round(12) < r).sum() + ((rest.round(12) == r).sum()) / 2 for r in rest.round(12)
        ]
        group = (np.array(place) / len(who) * 4).astype(int)
        for position, option in enumerate(table.options):
            chosen = choices[who, item] == option
            assert table.count[position] == chosen.sum()
            assert table.mean_score[position] == pytest.approx(rest[chosen].mean())
            expected = np.corrcoef(chosen, rest)[0, 1]
            assert table.point_biserial[position] == pytest.approx(expected)
            for number, label in enumerate(np.unique(group)):
                share = chosen[group == label].mean()
                assert table.trace[position, number] == pytest.approx(share)


def test_equal_scores_share_a_group() -> None:
    rng = np.random.default_rng(3)
    choices = rng.integers(1, 5, (500, 6))
    for item, table in enumerate(analyse_options(choices, [1] * 6, groups=4)):
        rest = (np.delete(choices, item, axis=1) == 1).sum(axis=1) / 5
        edges = np.cumsum(table.group_size)[:-1]
        ranked = np.sort(rest)
        assert (ranked[edges] > ranked[edges - 1]).all()


def test_the_suspect_key_of_a_classic_test_is_found(shared: Path) -> None:
    raw = read_matrix(shared / "reference" / "psychometrics" / "data" / "SAT12_raw.csv")
    key = [int(k) for k in "14523121312421534414334135131545"]
    tables = analyse_options(raw, key, omitted=8)
    suspects = [
        item for item, table in enumerate(tables) if "check the key" in " ".join(table.flags)
    ]
    assert suspects == [31]
    assert tables[31].flags == (
        "Option 3 goes with higher scores more than the key 5: check the key.",
        "The best group prefers option 3 to the key 5: check the key.",
    )


def test_a_miskeyed_item_is_told_both_ways() -> None:
    rng = np.random.default_rng(7)
    skill = rng.standard_normal(800)
    right = rng.random((800, 8)) < 1 / (1 + np.exp(-1.5 * skill[:, None]))
    choices = np.where(right, 1, rng.integers(2, 5, (800, 8)))
    flags = analyse_options(choices, [2, *[1] * 7])[0].flags
    assert any("Better persons avoid the key 2" in flag for flag in flags)
    assert any("The best group prefers option 1 to the key 2" in flag for flag in flags)


def test_an_omission_is_wrong_but_no_distractor() -> None:
    choices = np.array([[1, 1], [1, 1], [9, 2], [2, 1], [1, 2]])
    table = analyse_options(choices, [1, 1], omitted=9)[0]
    assert table.options == (1, 2, 9)
    assert not any("Option 9" in flag for flag in table.flags)


def test_empty_cells_of_every_kind_are_not_administered() -> None:
    as_text = analyse_options(CHOICES, KEY)
    as_objects = analyse_options(np.where(CHOICES == "", None, CHOICES.astype(object)), KEY)
    codes = np.vectorize({"": np.nan, "A": 1.0, "B": 2.0, "C": 3.0}.__getitem__)(CHOICES)
    as_numbers = analyse_options(codes, [1, 2, 3])
    for text, objects, numbers in zip(as_text, as_objects, as_numbers, strict=True):
        assert text.count.tolist() == objects.count.tolist() == numbers.count.tolist()
        assert numbers.options == (1, 2, 3)


def test_an_item_no_one_saw_says_so() -> None:
    table = analyse_options([["A", ""], ["B", ""]], ["A", "A"])[1]
    assert table.group_size.tolist() == []
    assert table.flags == ("No one was given this item and another: nothing is defined.",)


def test_what_cannot_be_analysed_is_refused() -> None:
    with pytest.raises(BadOption, match="2 keys for 3 items"):
        analyse_options(CHOICES, ["A", "B"])
    with pytest.raises(BadOption, match="not both text or both numbers"):
        analyse_options(CHOICES, [1, 2, 3])
    with pytest.raises(BadOption, match="1 score groups"):
        analyse_options(CHOICES, KEY, groups=1)
    with pytest.raises(BadResponses, match="1 dimensions"):
        analyse_options(["A", "B"], ["A"])
