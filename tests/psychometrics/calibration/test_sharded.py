"""Sheets give what the whole matrix gives, to the last digit that rounding leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import Items, LogitNormal, calibrate
from psychometrics.calibration import Calibration
from psychometrics.calibration.sharded import Here, Sheet, calibrate_sheets, sheets_of
from psychometrics.calibration.sharded import sheets as sheets_module
from psychometrics.errors import BadResponses, NotEnoughData, NotLinked
from psychometrics.simulation import draw_items

N_ITEMS = 24
FORMS = (np.arange(0, 12), np.arange(8, 20), np.sort(np.r_[np.arange(16, 24), np.arange(0, 4)]))


@dataclass(frozen=True)
class Data:
    codes: NDArray[np.int8]
    sheets: list[Sheet]
    items: Items

    def groups(self) -> list[str]:
        return [sheet.group for sheet in self.sheets for _ in sheet.codes]


def drawn(model: str = "2PL", *, n: int = 700, gaps: float = 0.0) -> Data:
    """Three forms that overlap, the last with a group of its own."""
    items = draw_items(N_ITEMS, model, rng=np.random.default_rng(4))
    rng = np.random.default_rng(5)
    codes = np.full((3 * n, N_ITEMS), -1, np.int8)
    found = []
    for form, mine in enumerate(FORMS):
        theta = rng.standard_normal(n) + 0.3 * (form == 2)
        reached = np.cumsum(items.probabilities(theta), axis=1)[mine]
        answers = (rng.random((len(mine), 1, n)) > reached).sum(axis=1).T.astype(np.int8)
        answers[rng.random(answers.shape) < gaps] = -1
        answers[:, 0] = np.maximum(answers[:, 0], 0)
        codes[form * n + np.arange(n)[:, None], mine] = answers
        found.append(Sheet(answers, mine, "later" if form == 2 else "first"))
    return Data(codes, found, items)


def alone(sheets: list[Sheet]) -> list[Sheet]:
    return [Sheet(sheet.codes, sheet.items) for sheet in sheets]


def check(found: Calibration, whole: Calibration, errors: float = 1e-5) -> None:
    assert found.converged
    assert found.names == whole.names
    assert found.n_persons == whole.n_persons
    np.testing.assert_array_equal(found.n, whole.n)
    for name in ("a", "b", "c", "u", "intercept", "means", "variances"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name), atol=1e-9)
    for name in ("se_a", "se_b", "se_c", "se_means"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name), rtol=errors)
    assert found.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)


@pytest.mark.parametrize("model", ["Rasch", "1PL", "2PL", "3PL", "GPCM", "GRM"])
def test_sheets_give_what_the_matrix_gives(model: str) -> None:
    data = drawn(model, gaps=0.05 if model == "2PL" else 0.0)
    options: dict[str, Any] = {"errors": "cross-product"}
    if model == "3PL":
        options["priors"] = {"c": LogitNormal(-1.4, 0.5)}
    whole = calibrate(data.codes, model, missing=-1, **options)
    check(calibrate_sheets(alone(data.sheets), model, N_ITEMS, **options), whole)


@pytest.mark.parametrize("errors", ["observed", "sandwich", None])
def test_standard_errors_of_every_kind_agree(errors: Any) -> None:
    data = drawn()
    whole = calibrate(data.codes, "2PL", missing=-1, errors=errors)
    check(calibrate_sheets(alone(data.sheets), "2PL", N_ITEMS, errors=errors), whole)


def test_groups_and_anchors_agree() -> None:
    data = drawn()
    anchors = data.items.select(data.items.names[:5])
    options: dict[str, Any] = {"anchors": anchors, "item_names": data.items.names}
    whole = calibrate(
        data.codes, "2PL", missing=-1, groups=data.groups(), errors="cross-product", **options
    )
    check(calibrate_sheets(data.sheets, "2PL", N_ITEMS, **options), whole)
    assert abs(whole.means[1]) > 0.1  # the groups do differ


def test_the_digits_are_the_same_however_sheets_are_cut_and_whoever_computes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets_module, "PERSONS_A_SHARD", 256)
    data = drawn(gaps=0.02)
    whole = alone(data.sheets)
    cut = [
        Sheet(sheet.codes[low : low + 33], sheet.items)
        for sheet in whole
        for low in range(0, len(sheet.codes), 33)
    ]
    first = calibrate_sheets(whole, "2PL", N_ITEMS)
    for sheets, workers in ((cut, Here()), (whole, Here(3))):
        again = calibrate_sheets(iter(sheets), "2PL", N_ITEMS, workers=workers)
        assert again.certificate == first.certificate
        for name in ("a", "b", "se_a", "se_b"):
            assert getattr(again, name).tobytes() == getattr(first, name).tobytes()


@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_a_matrix_as_sheets_is_the_matrix(gaps: float) -> None:
    data = drawn(n=80, gaps=gaps)
    back = np.full((0, N_ITEMS), -1, np.int8)
    labels = []
    for sheet in sheets_of(data.codes, data.groups()):
        wide = np.full((len(sheet.codes), N_ITEMS), -1, np.int8)
        wide[:, sheet.items] = sheet.codes
        back = np.concatenate([back, wide])
        labels += [sheet.group] * len(wide)
    before, after = (
        sorted(zip(groups, map(bytes, codes.astype(np.uint8)), strict=True))
        for groups, codes in ((data.groups(), data.codes), (labels, back))
    )
    assert before == after


def test_an_item_that_all_answered_alike_is_left_out_and_told() -> None:
    data = drawn()
    for sheet in data.sheets:
        sheet.codes[:, sheet.items == 10] = 1
    found = calibrate_sheets(alone(data.sheets), "2PL", N_ITEMS)
    assert np.isnan(found.b[10])
    assert [(flag.code, flag.item) for flag in found.flags if flag.item == 10] == [("all_same", 10)]


def bad() -> Iterator[Any]:
    codes, items = np.ones((20, 3), np.int8), np.array([0, 1, 2])
    yield [Sheet(codes.astype(float), items)], "not int8"  # type: ignore[arg-type]
    yield [Sheet(codes, np.array([0, 1]))], "for 2 items"
    yield [Sheet(codes, np.array([2, 1, 3]))], "not ascending"
    yield [Sheet(codes, np.array([3, 4, 5]))], "not ascending positions among 5 items"
    yield [Sheet(codes, items), Sheet(codes - 3, items)], "sheet 2, row 0 holds -2 for item 0"


@pytest.mark.parametrize(("sheets", "words"), list(bad()))
def test_a_sheet_that_is_none_is_named(sheets: list[Sheet], words: str) -> None:
    with pytest.raises(BadResponses, match=words):
        calibrate_sheets(sheets, "2PL", 5)


def test_too_little_and_unlinked_are_refused() -> None:
    data = drawn()
    with pytest.raises(NotEnoughData, match="0 persons"):
        calibrate_sheets([], "2PL", N_ITEMS)
    left, right = data.sheets[0], Sheet(data.sheets[1].codes, np.arange(12, 24))
    with pytest.raises(NotLinked, match="2 sets"):
        calibrate_sheets(alone([left, right]), "2PL", N_ITEMS)
    with pytest.raises(BadResponses, match="categories 0 to 1"):
        calibrate_sheets([Sheet(left.codes * 2, left.items)], "2PL", 12)
