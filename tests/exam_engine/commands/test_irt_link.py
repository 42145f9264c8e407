"""`irt link`: the figures of equateIRT and plink through files, drift, and refusals."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html as lxml_html
from numpy.typing import NDArray

from exam_engine.analysis.exports import csv_text
from exam_engine.analysis.linking.covariances import parameter_names
from exam_engine.analysis.linking.tables import CONSTANT_COLUMNS
from exam_engine.analysis.simulated import parameter_table
from exam_engine.cli import main
from psychometrics import Items
from psychometrics.equating import equate_true_score
from psychometrics.linking import link
from tests.psychometrics.figures import OWN
from tests.psychometrics.linking.forms import EQUATEIRT, PLINK, UNIFORM_40, own_form

Floats = NDArray[np.float64]
X, COV_X = own_form("X")
Y, COV_Y = own_form("Y")


def write_form(folder: Path, items: Items, covariance: Floats | None = None) -> str:
    """``items.csv``, with ``covariance.csv`` beside it if there is one."""
    folder.mkdir()
    columns, rows = parameter_table(items, [1500] * len(items))
    (folder / "items.csv").write_text(csv_text(columns, rows), "utf-8")
    if covariance is not None:
        names = parameter_names(items)
        lines = [["parameter", *names]]
        lines += [
            [name, *map(repr, row)] for name, row in zip(names, covariance.tolist(), strict=True)
        ]
        (folder / "covariance.csv").write_text("\n".join(map(",".join, lines)), "utf-8")
    return str(folder / "items.csv")


def connect(start: str, goal: str, out: Path, *words: str, code: int = 0) -> Path:
    assert main(["irt", "link", start, goal, *words, "--out", str(out)]) == code
    return out


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(path: Path, column: str) -> list[float]:
    return [float(row[column]) for row in rows_of(path)]


def report(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("forms")
    return write_form(folder / "x", X, COV_X), write_form(folder / "y", Y, COV_Y)


@pytest.fixture(scope="module")
def done(forms: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = ("--theta", "-4", "4", "40")
    return connect(*forms, tmp_path_factory.mktemp("link") / "out", *words)


# ---- against equateIRT and plink


def test_constants_and_errors_are_those_of_equateirt(done: Path) -> None:
    assert (done / "constants.csv").read_text("utf-8").startswith(",".join(CONSTANT_COLUMNS))
    found = {row["method"]: row for row in rows_of(done / "constants.csv")}
    assert [name for name, row in found.items() if row["used"] == "1"] == ["stocking-lord"]
    figures = {
        "stocking-lord": EQUATEIRT["constants_uniform_sum"]["Stocking-Lord"],
        "haebara": EQUATEIRT["constants_uniform_sum"]["Haebara"],
        "mean-mean": EQUATEIRT["constants"]["mean-mean"],
        "mean-gmean": EQUATEIRT["constants"]["mean-gmean"],
    }
    for method, row in figures.items():
        for ours, theirs in (("A", "A"), ("B", "B"), ("se_A", "seA"), ("se_B", "seB")):
            assert float(found[method][ours]) == pytest.approx(row[theirs], abs=1e-6)


def test_the_symmetric_criterion_and_the_nodes_are_handed_over(
    forms: tuple[str, str], tmp_path: Path
) -> None:
    out = connect(*forms, tmp_path / "out", "--symmetric", "--no-html")
    found = {row["method"]: row for row in rows_of(out / "constants.csv")}
    for row in PLINK["constants_symmetric"]:
        method = row["method"].lower().replace("/", "-")
        assert float(found[method]["A"]) == pytest.approx(row["A"], abs=2e-6)
        assert float(found[method]["B"]) == pytest.approx(row["B"], abs=2e-6)


def test_items_are_carried_over_as_by_plink(forms: tuple[str, str], tmp_path: Path) -> None:
    out = connect(*forms, tmp_path / "out", "--no-html")
    theirs = np.array([list(row.values()) for row in PLINK["rescaled_x_SL"]], dtype=float)
    assert numbers(out / "linked.csv", "a") == pytest.approx(theirs[:, 0], abs=2e-6)
    assert numbers(out / "linked.csv", "b") == pytest.approx(theirs[:, 1], abs=2e-6)
    scale = report(out)["A"]
    spread = np.sqrt(np.diag(COV_X))[::2]
    assert numbers(out / "linked.csv", "se_a") == pytest.approx(spread / scale, rel=1e-9)
    gradient = np.stack([-X.b / X.a, -1 / X.a], axis=1)  # of b = -d / a
    own = [
        np.sqrt(g @ COV_X[2 * j : 2 * j + 2, 2 * j : 2 * j + 2] @ g) for j, g in enumerate(gradient)
    ]
    assert numbers(out / "linked.csv", "se_b") == pytest.approx(scale * np.array(own), rel=1e-6)


def test_the_conversion_is_that_of_the_link_in_use(done: Path) -> None:
    way = link(X, Y, theta=UNIFORM_40, cov_from=COV_X, cov_to=COV_Y)
    table = equate_true_score(X, Y, link=way)
    rows = rows_of(done / "equating.csv")
    assert [int(row["score"]) for row in rows] == list(range(31))
    assert numbers(done / "equating.csv", "equivalent") == pytest.approx(table.equivalent, abs=1e-6)
    errors = numbers(done / "equating.csv", "standard_error")
    assert errors == pytest.approx(table.standard_error, abs=1e-7)
    theirs = EQUATEIRT["true_score_equating_X_to_Y"]["table"]  # 30 Gauss-Hermite nodes
    assert [float(row["equivalent"]) for row in rows[1:]] == pytest.approx(
        [row["Y.as.X"] for row in theirs], abs=0.1
    )
    assert rows[0]["theta"] == rows[30]["theta"] == ""  # infinite


# ---- what is written agrees with itself


def test_the_report_says_what_the_tables_say(done: Path) -> None:
    tree = lxml_html.parse(str(done / "report.html"))

    def cells(figure: str) -> list[list[str]]:
        (section,) = tree.xpath(f"//figure[svg/title[@id='{figure}-t']]")
        rows = section.xpath(".//tbody/tr")
        texts = [[cell.text_content() for cell in row] for row in rows]
        return [[text.replace("\N{MINUS SIGN}", "-") for text in row] for row in texts]

    constants = rows_of(done / "constants.csv")
    shown = [[row[1], row[2], row[3], row[4]] for row in cells("constants")]
    assert shown == [
        [f"{float(row[key]):.4f}" for key in ("A", "se_A", "B", "se_B")] for row in constants
    ]
    equating = rows_of(done / "equating.csv")
    assert [row[1] for row in cells("conversion")] == [
        f"{float(row['equivalent']):.2f}" for row in equating
    ]
    drift = rows_of(done / "drift.csv")
    assert [row[0] for row in cells("drift-rows")] == [row["item"] for row in drift]
    assert report(done)["methods"][0]["A"] == pytest.approx(float(constants[0]["A"]))
    assert report(done)["anchors"] == [f"A{j:02d}" for j in range(1, 11)]


def test_what_was_linked_is_on_the_scale(
    done: Path, forms: tuple[str, str], tmp_path: Path
) -> None:
    words = ("--theta", "-4", "4", "40", "--method", "stocking-lord", "--no-html")
    again = connect(str(done / "linked.csv"), forms[1], tmp_path / "out", *words)
    assert report(again)["A"] == pytest.approx(1.0, abs=1e-6)
    assert report(again)["B"] == pytest.approx(0.0, abs=1e-6)


# ---- standard errors without covariances


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The first 12 items of either form, ten of them common, with covariances."""
    folder = tmp_path_factory.mktemp("calibrated")
    made = []
    for form in ("link_x", "link_y"):
        lines = (OWN / "data" / f"{form}.csv").read_text("utf-8").splitlines()[:801]
        path = folder / f"{form}.csv"
        path.write_text("\n".join(",".join(line.split(",")[:12]) for line in lines), "utf-8")
        words = ["--model", "2pl", "--covariance", "--no-html", "--out", str(folder / form)]
        assert main(["irt", "calibrate", str(path), *words]) == 0
        made.append(folder / form)
    return made[0], made[1]


def test_standard_errors_alone_give_nearly_the_errors_of_the_link(
    calibrated: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = calibrated
    whole = connect(str(x / "items.csv"), str(y / "items.csv"), tmp_path / "whole", "--no-html")
    bare = []
    for number, folder in enumerate((x, y)):
        path = tmp_path / f"bare{number}.csv"
        path.write_bytes((folder / "items.csv").read_bytes())
        bare.append(str(path))
    capsys.readouterr()
    alone = connect(*bare, tmp_path / "alone")
    assert "share only the error of a scale that 800 persons fix" in capsys.readouterr().err
    for key in ("se_A", "se_B"):
        truth = np.array(numbers(whole / "constants.csv", key))
        found = np.array(numbers(alone / "constants.csv", key))
        assert found == pytest.approx(truth, rel=0.04)
    assert "were approximated" in report(alone)["standard_errors"]
    assert "from the covariances" in report(whole)["standard_errors"]


def test_covariances_of_other_items_are_not_taken(
    calibrated: tuple[Path, Path], tmp_path: Path
) -> None:
    """The neighbour's file has the same names, but other standard errors."""
    x, y = calibrated
    for name, source in (("items.csv", x), ("covariance.csv", y)):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    words = ("--method", "mean-mean", "--no-html")
    out = connect(str(tmp_path / "items.csv"), str(y / "items.csv"), tmp_path / "out", *words)
    assert "were approximated" in report(out)["standard_errors"]


# ---- drift


def moved(items: Items, by: dict[str, float]) -> Items:
    b = items.b + np.array([by.get(name, 0.0) for name in items.names])
    return Items.from_irt("2PL", items.a, b, names=items.names)


def test_a_drifted_anchor_is_left_out_and_told(forms: tuple[str, str], tmp_path: Path) -> None:
    changed = write_form(tmp_path / "changed", moved(Y, {"A03": 1.5}), COV_Y)
    kept = connect(forms[0], changed, tmp_path / "kept", "--no-html")
    out = connect(forms[0], changed, tmp_path / "out", "--drift", "--drift-by", "displacement")
    (row,) = [row for row in rows_of(out / "drift.csv") if row["kept"] == "0"]
    assert (row["item"], row["removed_in"], row["flags"]) == ("A03", "1", "beyond_limit")
    assert float(row["displacement"]) == pytest.approx(1.5, abs=0.1)
    truth = link(X, Y, anchors=[f"A{j:02d}" for j in range(1, 11) if j != 3])
    assert report(out)["A"] == pytest.approx(truth.A, abs=1e-8)
    assert abs(report(kept)["B"] - truth.B) > 0.05
    assert "Left out one by one, the worst first: A03." in (out / "report.html").read_text("utf-8")


def test_anchors_that_all_drift_are_written_and_refused(
    forms: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by = {f"A{j:02d}": (-1) ** j * 0.3 * j for j in range(1, 11)}
    changed = write_form(tmp_path / "changed", moved(Y, by))
    words = ("--drift", "--drift-by", "displacement", "--limit", "0.2")
    out = connect(forms[0], changed, tmp_path / "out", *words, code=1)
    told = capsys.readouterr().err
    assert "it cannot be told which are stable. Choose anchors by hand (--anchors)." in told
    assert "Do not use this link" in (out / "report.html").read_text("utf-8")
    assert "anchors_all_drift" in {flag["code"] for flag in report(out)["flags"]}


def test_a_form_linked_to_itself_stays_where_it_is(
    forms: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = connect(forms[0], forms[0], tmp_path / "out", "--drift")
    assert (report(out)["A"], report(out)["B"]) == (pytest.approx(1.0), pytest.approx(0.0))
    assert "The anchors have the same parameters in both files" in capsys.readouterr().out
    assert numbers(out / "equating.csv", "equivalent") == pytest.approx(range(31))


def test_items_of_several_categories_and_rasch_items_link(tmp_path: Path) -> None:
    a, b = (
        [1.0, 1.2, 0.8, 1.1, 0.9],
        [[-1.0, 0.5], [0.0, 1.0], [-0.5, 0.3], [-0.2, 0.9], [0.1, 1.4]],
    )
    graded = Items.from_irt("GRM", a, b)
    shifted = Items.from_irt("GRM", np.array(a) * 1.25, (np.array(b) + 0.5) / 1.25)
    words = ("--method", "stocking-lord")
    paths = [write_form(tmp_path / n, one) for n, one in (("g", graded), ("s", shifted))]
    out = connect(paths[1], paths[0], tmp_path / "out", *words)
    assert report(out)["A"] == pytest.approx(1.25, abs=1e-4)
    assert report(out)["B"] == pytest.approx(-0.5, abs=1e-4)
    assert [float(row["b2"]) for row in rows_of(out / "linked.csv")] == pytest.approx(
        [row[1] for row in b], abs=1e-3
    )
    easy = Items.from_irt("Rasch", [1.0] * 5, [-1.0, -0.5, 0.0, 0.5, 1.0])
    hard = Items.from_irt("Rasch", [1.0] * 5, [-0.7, -0.2, 0.3, 0.8, 1.3])
    paths = [write_form(tmp_path / n, one) for n, one in (("e", easy), ("h", hard))]
    out = connect(*paths, tmp_path / "rasch")
    assert report(out)["A"] == 1.0
    assert report(out)["B"] == pytest.approx(0.3, abs=1e-9)
    assert {row["model"] for row in rows_of(out / "linked.csv")} == {"Rasch"}


# ---- refusals

TWO = "item,model,a,b\nP,2PL,1,0\nQ,2PL,1.2,0.5\n"
NOMINAL = "item,model,slope1,slope2,intercept1,intercept2\n" + "".join(
    f"N{j},NRM,1,2,0.1,0.{j}\n" for j in range(1, 7)
)


@pytest.mark.parametrize(
    ("start", "goal", "words", "sentence"),
    [
        ("item,model,a,b\nM,2PL,1,0\n", TWO, (), "the forms share no item by name: M against P, Q"),
        (TWO, TWO, ("--drift",), "2 are too few: 3 or more. Give more anchors, or go without"),
        (TWO, TWO, ("--theta", "4", "-4", "81"), "--theta is the lowest theta, the highest"),
        (TWO, TWO, ("--limit", "-1"), "the limit is -1.0, not above 0"),
        (TWO, TWO, ("--anchors", "names.csv"), "anchor 'Z' is not among the items linked from"),
        (TWO, TWO.replace("1.2", "-1.2"), (), "row 3: item 'Q': a = -1.2"),
        (TWO, "item,model,a\nP,2PL,1\n", (), "column b is blank, but item 'P' needs b"),
        (NOMINAL, NOMINAL, (), "anchor 'N1' is nominal and has no score: use Haebara"),
        (TWO, "item,model,b1,b2,a\nP,GRM,0,1,1\n", (), "2PL with 2 categories on one form and GRM"),
        ("", TWO, (), "is empty. Its first row must name the columns."),
    ],
)
def test_what_cannot_be_linked_is_refused_in_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    start: str,
    goal: str,
    words: tuple[str, ...],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("from.csv").write_text(start, "utf-8")
    Path("to.csv").write_text(goal, "utf-8")
    Path("names.csv").write_text("item\nZ\n", "utf-8")
    assert main(["irt", "link", "from.csv", "to.csv", *words, "--out", "out"]) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert told.rstrip().endswith(".")
    assert not Path("out").exists()


def test_two_anchors_link_without_a_word_on_drift(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("from.csv", "to.csv"):
        (tmp_path / name).write_text(TWO.replace("0.5", "0.5" if name == "to.csv" else "0.7"))
    out = connect(str(tmp_path / "from.csv"), str(tmp_path / "to.csv"), tmp_path / "out")
    assert not (out / "drift.csv").exists()
    assert "drift is told by comparing anchors, and 2 are too few" in report(out)["no_drift"]
    assert "2 anchors for a form of 2 items" in capsys.readouterr().out
    assert report(out)["undefined"]["methods[0].se_A"] == "neither file has standard errors"


def test_nominal_anchors_go_by_haebara_and_have_no_conversion(tmp_path: Path) -> None:
    for name in ("from.csv", "to.csv"):
        (tmp_path / name).write_text(NOMINAL, "utf-8")
    words = ("--method", "haebara,mean-sigma")
    out = connect(str(tmp_path / "from.csv"), str(tmp_path / "to.csv"), tmp_path / "out", *words)
    assert list(report(out)["not_done"]) == ["mean-sigma"]
    assert "nominal and has no score to add" in report(out)["no_equating"]
    assert not (out / "equating.csv").exists()


def test_wrong_words_are_exit_code_2(forms: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["irt", "link", *forms, "--method", "mean-median", "--out", "o"])
    assert ended.value.code == 2
