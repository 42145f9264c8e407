"""Item parameter files and keys."""

from pathlib import Path

import numpy as np
import pytest

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.parameters import from_sheet, read_key, read_models
from exam_engine.analysis.sheets import parse_csv
from exam_engine.analysis.simulated import parameter_table
from psychometrics import MODELS, Items
from psychometrics.simulation import draw_items


def read(text: str) -> Items:
    return from_sheet(parse_csv(text.encode(), "items.csv")).items


@pytest.mark.parametrize("model", MODELS)
def test_items_of_every_model_are_read_back(model: str) -> None:
    items = draw_items(6, model, rng=np.random.default_rng(1))
    again = read(csv_text(*parameter_table(items, [0] * 6)))
    assert again.names == items.names
    theta = np.linspace(-3, 3, 7)
    assert again.probabilities(theta) == pytest.approx(items.probabilities(theta), abs=1e-8)


def test_formats_mix_and_blank_cells_mean_none() -> None:
    items = read("item,model,a,b,b1,b2,c\nx,2pl,1.5,-0.5,,,\ny,GRM,0.8,,-1,1,\nz,3PL,1,0,,,0.2\n")
    assert [model.name for model in items.models] == ["2PL", "GRM", "3PL"]
    assert items.n_categories.tolist() == [2, 3, 2]
    assert items.c[[0, 2]].tolist() == pytest.approx([0.0, 0.2])


def test_a_decimal_comma_is_read_where_semicolons_separate() -> None:
    assert read("item;model;a;b\nx;2PL;1,25;-0,5\n").a.tolist() == [1.25]


def test_an_item_that_a_calibration_left_out_is_not_used_and_told() -> None:
    text = "item,model,a,b,flags\nx,2PL,1,0,\ny,2PL,,,all_same\n"
    found = from_sheet(parse_csv(text.encode(), "items.csv"))
    assert found.items.names == ("x",)
    assert found.notes == ("items.csv, row 3: item y has no parameters, not used.",)


HEAD = "item,model,a,b,c,u,b1,b2\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("item,a,b\nx,1,0\n", "items.csv has no column 'model'"),
        (HEAD, "items.csv has no item with parameters"),
        (
            HEAD + "x,5PL,1,0,,,,\n",
            'items.csv, row 2, column B (model) holds "5PL". The models are',
        ),
        (HEAD + "x,2PL,0,0,,,,\n", "items.csv, row 2: item 'x': a = 0"),
        (HEAD + "x,2PL,-1,0,,,,\n", "row 2: item 'x': a = -1.0 is negative"),
        (HEAD + "x,3PL,1,0,1,,,\n", "row 2: item 'x': c = 1.0 is not in [0, 1)"),
        (HEAD + "x,3PL,1,0,1.2,,,\n", "row 2: item 'x': c = 1.2"),
        (HEAD + "x,4PL,1,0,0.3,0.2,,\n", "row 2: item 'x': u = 0.2"),
        (HEAD + "x,2PL,,0,,,,\n", "row 2, column C (a) is blank, but a 2PL item has a slope"),
        (HEAD + "x,2PL,1,,,,,\n", "row 2, column D (b) is blank"),
        (HEAD + "x,2PL,1,easy,,,,\n", 'row 2, column D (b) holds "easy". It must be a number'),
        (HEAD + "x,2PL,NaN,0,,,,\n", 'row 2, column C (a) holds "NaN"'),
        (HEAD + "x,GRM,1,,,,1,0\n", "row 2: item 'x': its b = [1.0, 0.0] are not in increasing"),
        (HEAD + "x,GRM,1,,,,,0\n", "row 2, column G (b1) is blank, but a later b is not"),
        (HEAD + "x,2PL,1,0,,,,\nx,2PL,1,1,,,,\n", "item 'x' is in row 2 already"),
        (HEAD + ",2PL,1,0,,,,\n", "row 2, column A (item) is blank"),
        (HEAD + "x,NRM,1,0,,,,\n", "item 'x' is nominal and needs slope1"),
    ],
)
def test_impossible_parameters_are_refused_with_their_row(text: str, sentence: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(text)
    assert sentence in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_a_key_is_read_tall_or_wide(tmp_path: Path) -> None:
    tall, wide = tmp_path / "tall.csv", tmp_path / "wide.csv"
    tall.write_text("item,key\nQ1,A\nQ2,C\n", "utf-8")
    wide.write_text("Q1,Q2\nA,C\n", "utf-8")
    assert read_key(str(tall)) == read_key(str(wide)) == {"Q1": "A", "Q2": "C"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("item,key\nQ1,\n", "row 2, column B (key) is blank"),
        ("item,key\nQ1,A\nQ1,B\n", "row 3, column A (item): item 'Q1' has a key already"),
        ("Q1,Q2\nA,B\nC,D\n", "is no key"),
    ],
)
def test_a_wrong_key_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "key.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BadFile) as refused:
        read_key(str(path))
    assert sentence in str(refused.value)


def test_models_are_named_item_by_item(tmp_path: Path) -> None:
    path = tmp_path / "models.csv"
    path.write_text("item,model\nG1,grm\n", "utf-8")
    assert read_models(str(path)) == {"G1": "GRM"}
