"""`irt dif`: the library's figures in the right rows, and refusals that say what to do."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html as lxml_html

from exam_engine.cli import main
from psychometrics.dif import likelihood_ratio, logistic_dif
from tests.psychometrics.dif.figures import agree, ours
from tests.psychometrics.figures import OWN

DATA = OWN / "data" / "dif.csv"
GROUPS = ("--group", "group", "--reference", "0")


def compare(path: Path, out: Path, *words: str, code: int = 0) -> Path:
    asked = ["irt", "dif", str(path), *words, "--out", str(out)]
    assert main(asked if "--group" in words else [*asked, *GROUPS]) == code
    return out


def rows_of(folder: Path, method: str) -> list[dict[str, str]]:
    with (folder / "dif.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["method"] == method]


def numbers(folder: Path, method: str, column: str) -> list[float]:
    return [float(row[column]) for row in rows_of(folder, method)]


def flagged(folder: Path, method: str) -> list[int]:
    rows = rows_of(folder, method)
    return [number for number, row in enumerate(rows, 1) if row["flagged"] == "1"]


def report(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    methods = "mh,logistic,standardisation,sibtest,lord,raju"
    out = tmp_path_factory.mktemp("dif") / "out"
    return compare(DATA, out, "--method", methods, "--model", "2pl")


# ---- against difR and mirt


def test_mantel_haenszel_is_difrs(done: Path) -> None:
    figures = ours().figures["purified"]
    agree(numbers(done, "mh", "chi2"), figures["MH_chisq"])
    agree(numbers(done, "mh", "alpha"), figures["alphaMH"])
    agree(numbers(done, "mh", "delta"), figures["deltaMH"])
    agree(numbers(done, "mh", "p"), figures["MH_p"])
    assert flagged(done, "mh") == figures["MH_flag"]
    assert [row["class"] for row in rows_of(done, "mh")][2::5] == ["B", "C", "A", "A"]
    assert set(numbers(done, "mh", "n_reference")) == {600, 589}  # scores that both groups hold


def test_logistic_standardisation_and_sibtest_are_difrs(done: Path) -> None:
    figures = ours().figures["purified"]
    agree(numbers(done, "logistic", "statistic"), figures["logistic_both"]["stat"])
    data = ours()
    effect = logistic_dif(data.responses, data.group).effect  # difR's underflows on long data
    agree(numbers(done, "logistic", "effect"), effect)
    agree(numbers(done, "standardisation", "difference"), figures["std_pdif"])
    agree(numbers(done, "sibtest", "beta"), figures["SIBTEST_udif"]["beta"], 1e-5)
    agree(numbers(done, "sibtest", "p"), figures["SIBTEST_udif"]["p"], 1e-5)


def test_lord_and_raju_flag_what_they_flag_in_difr(done: Path) -> None:
    """Its item parameters are another package's, to two or three digits ours."""
    figures = ours().figures["purified"]
    assert flagged(done, "lord") == figures["Lord_2PL"]["flag"]
    assert flagged(done, "raju") == figures["Raju_2PL_unsigned"]["flag"]
    agree(numbers(done, "lord", "chi2"), figures["Lord_2PL"]["chisq"], 0.05)


def test_likelihood_ratio_is_the_librarys_with_anchors_from_a_file(tmp_path: Path) -> None:
    """That its figures are mirt's is tested there, at twenty calibrations."""
    path, anchors = tmp_path / "r.csv", tmp_path / "anchors.csv"
    lines = [line.split(",")[:6] for line in DATA.read_text("utf-8").splitlines()[::4]]
    path.write_text("\n".join(map(",".join, lines)), "utf-8")
    anchors.write_text("item\nI01\nI04\nI05\n", "utf-8")
    words = ("--method", "likelihood-ratio", "--model", "rasch", "--anchors", str(anchors))
    out = compare(path, tmp_path / "out", *words, "--no-html")
    data = np.array(lines[1:], dtype=float)
    found = likelihood_ratio(data[:, 1:], data[:, 0], "Rasch", anchors=[0, 3, 4])
    assert numbers(out, "likelihood-ratio", "chi2") == pytest.approx(found.chi2, abs=1e-6)
    assert numbers(out, "likelihood-ratio", "effect") == pytest.approx(found.effect, rel=1e-6)
    assert report(out)["anchors_given"] == ["I01", "I04", "I05"]
    assert report(out)["methods"][0]["focal_mean"] == pytest.approx(found.focal_mean)


# ---- what is written agrees with itself


def test_the_report_says_what_the_table_says(done: Path) -> None:
    tree = lxml_html.parse(str(done / "report.html"))
    (table,) = tree.xpath("//section[@id='found']//table")
    heads = [cell.text_content() for cell in table.xpath("./thead/tr/th")]
    at = {"mh": "Mantel-Haenszel", "logistic": "Logistic regression", "sibtest": "SIBTEST"}
    for method, head in at.items():
        classes = {row["item"]: row["class"] for row in rows_of(done, method)}
        shown = {
            line[0].text_content(): line[heads.index(head)].text_content()
            for line in table.xpath("./tbody/tr")
        }
        assert shown == classes
    drawn = tree.xpath("//section[@id='mh']//details//tbody/tr")
    minus = "\N{MINUS SIGN}"
    deltas = [row[2].text_content().replace(minus, "-") for row in drawn]
    assert deltas == [f"{delta:.2f}" for delta in numbers(done, "mh", "delta")]


def test_the_report_and_its_summary_name_the_same_items(done: Path) -> None:
    told = report(done)
    bad = {"B", "C", "flagged"}
    marked = {
        row["item"]
        for method in ("mh", "logistic", "standardisation", "sibtest", "lord", "raju")
        for row in rows_of(done, method)
        if row["class"] in bad or (row["flagged"] == "1" and method in {"lord", "raju"})
    }
    assert {one["item"] for one in told["to_review"]} == marked
    assert [one["item"] for one in told["to_review"]][:2] == ["I03", "I08"]
    assert told["to_review"][0]["harder_for"] == "focal"  # as they were drawn
    tree = lxml_html.parse(str(done / "report.html"))
    cards = tree.xpath("//section[@id='closer']//article/h3/text()")
    assert cards == [one["item"] for one in told["to_review"]]


def test_purification_is_told_with_its_items_and_rounds(done: Path) -> None:
    (mh,) = [one for one in report(done)["methods"] if one["method"] == "mh"]
    assert mh["left_the_matching_score"] == mh["flagged"] == ["I03", "I08"]
    html = (done / "report.html").read_text("utf-8")
    assert f"After {mh['rounds']} rounds of purification these left" in html
    assert "matching score: I03, I08." in html
    anchors = [row["anchor"] for row in rows_of(done, "mh")]
    assert [k for k, anchor in enumerate(anchors, 1) if anchor == "0"] == [3, 8]


def test_bands_of_the_pictures_hold_everybody(done: Path) -> None:
    tree = lxml_html.parse(str(done / "report.html"))
    for card in tree.xpath("//section[@id='closer']//article"):
        rows = [[cell.text_content() for cell in row] for row in card.xpath(".//tbody/tr")]
        assert sum(int(row[1]) for row in rows) == 600
        assert sum(int(row[3]) for row in rows) == 600


def test_nothing_is_purified_where_that_is_asked(tmp_path: Path) -> None:
    out = compare(DATA, tmp_path / "out", "--method", "mh", "--no-purify")
    agree(numbers(out, "mh", "delta"), ours().figures["plain"]["deltaMH"])
    assert report(out)["methods"][0]["rounds"] == 0
    assert "nothing was purified, as asked" in (out / "report.html").read_text("utf-8")


def test_a_long_file_with_labels_gives_the_same_figures(done: Path, tmp_path: Path) -> None:
    header, *lines = DATA.read_text("utf-8").splitlines()
    names = header.split(",")[1:]
    rows = []
    for i, line in enumerate(lines):
        label, *cells = line.split(",")
        rows += [
            f"p{i};{name};{cell};{'town' if label == '0' else 'country'}"
            for name, cell in zip(names, cells, strict=True)
        ]
    path = tmp_path / "long.csv"
    path.write_text("\n".join(["person;item;response;area", *rows]), "utf-8")
    words = ("--group", "area", "--reference", "town", "--method", "mh", "--no-html")
    out = compare(path, tmp_path / "out", *words)
    assert numbers(out, "mh", "delta") == numbers(done, "mh", "delta")
    assert report(out)["focal"] == "country"


# ---- small, incomplete, polytomous


def part(path: Path, keep: slice, change: Any = None) -> Path:
    header, *lines = DATA.read_text("utf-8").splitlines()
    chosen = lines[keep]
    path.write_text("\n".join([header, *(chosen if change is None else map(change, chosen))]))
    return path


def test_small_groups_are_told_at_the_top(tmp_path: Path) -> None:
    path = part(tmp_path / "r.csv", slice(540, 660))
    out = compare(path, tmp_path / "out", "--method", "mh", "--exact")
    html = (out / "report.html").read_text("utf-8")
    top = html[html.index("<main>") : html.index('aria-label="Contents"')]
    assert "60 reference and 60 focal persons" in top
    assert "delta points is found in 4 of 5 cases" in top


def test_forms_are_matched_apart_and_said_so(tmp_path: Path) -> None:
    path = part(tmp_path / "r.csv", slice(None), lambda line: re.sub(r"^(\d),1,", r"\1,,", line))
    out = compare(path, tmp_path / "out", "--method", "mh,sibtest")
    codes = {flag["code"] for one in report(out)["methods"] for flag in one["flags"]}
    assert {"matched_by_form", "incomplete_left_out"} <= codes
    assert "persons are matched only with others" in (out / "report.html").read_text("utf-8")


def graded(path: Path) -> Path:
    header, *lines = (OWN / "data" / "mixed.csv").read_text("utf-8").splitlines()
    names = [f"I{j:02d}" for j in range(1, 5)] + ["G01"]
    at = [header.split(",").index(name) for name in names]
    cells = [line.split(",") for line in lines[:240]]
    rows = [",".join([f"p{i}", "ab"[i % 2], *(c[j] for j in at)]) for i, c in enumerate(cells)]
    path.write_text("\n".join([",".join(["id", "area", *names]), *rows]), "utf-8")
    return path


def test_items_of_several_categories_go_by_likelihood_ratio(tmp_path: Path) -> None:
    path = graded(tmp_path / "r.csv")
    words = ("--group", "area", "--reference", "a", "--method", "likelihood-ratio,mh")
    out = compare(path, tmp_path / "out", *words, "--model", "grm", code=1)
    assert {row["df"] for row in rows_of(out, "likelihood-ratio")} == {"2", "4"}
    assert list(report(out)["not_done"]) == ["mh"]
    assert rows_of(out, "mh") == []


# ---- refusals

AREA = ("--group", "area", "--reference", "a")
SMALL = [[(i * 7 + j * 3 + i * j) % 5 > 1 for j in range(4)] for i in range(40)]


def table(areas: str, n_items: int = 4) -> str:
    names = "wxyz"[:n_items]
    lines = [
        f"p{i},{areas[i % len(areas)]}," + ",".join(str(int(bit)) for bit in row[:n_items])
        for i, row in enumerate(SMALL)
    ]
    return "\n".join([f"id,area,{','.join(names)}", *lines])


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        (table("ab"), ("--group", "sex", "--reference", "a"), "has no column 'sex'"),
        (
            table("ab"),
            ("--group", "area", "--reference", "c"),
            "nobody is in the reference group 'c'. The column holds a (20), b (20). Correct",
        ),
        (table("ab"), (*AREA, "--focal", "c"), "nobody is in the focal group 'c'."),
        (table("ab"), (*AREA, "--focal", "a"), "'a' is named as reference and as focal group"),
        (table("a"), AREA, "so the focal group is empty. Name a column of two groups"),
        (table("abc"), AREA, "holds 3 groups: a (14), b (13), c (13). Two are compared"),
        (table("ab", 1), AREA, "one item cannot be matched on anything"),
        (table("ab").replace("p1,b", "p1,"), AREA, "is blank. Write the group of this person"),
        (table("ab"), (*AREA, "--method", "lord"), "say by which model, like --model 2pl."),
        (
            table("ab"),
            (*AREA, "--method", "lord", "--model", "7pl"),
            "There is no model '7pl'. The models are Rasch,",
        ),
        (table("ab"), (*AREA, "--level", "2"), "--level 2 is no level of significance. Take"),
        (table("ab"), (*AREA, "--anchors", "none.csv"), "There is no file none.csv."),
        (
            table("ab").replace("p2,a,1", "p2,a,2").replace("p2,a,0", "p2,a,2"),
            (*AREA, "--method", "mh"),
            "--method mh takes items scored 0 or 1, but w have more categories. Take --method",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    words: tuple[str, ...],
    sentence: str,
) -> None:
    path, out = tmp_path / "r.csv", tmp_path / "out"
    path.write_text(text, "utf-8")
    assert main(["irt", "dif", str(path), *words, "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert sentence in told.replace(str(tmp_path) + "/", "")
    assert told.rstrip().endswith(".")
    assert not out.exists()


def test_other_groups_are_left_out_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.csv"
    path.write_text(table("abc"), "utf-8")
    words = ("--group", "area", "--reference", "a", "--focal", "c", "--method", "mh", "--no-html")
    out = compare(path, tmp_path / "out", *words)
    assert "13 persons of other groups are left out." in capsys.readouterr().err
    assert (report(out)["n_reference"], report(out)["n_focal"]) == (14, 13)


def test_strata_of_one_leave_blanks_flags_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.csv"
    path.write_text("id,area,w,x\np,a,1,1\nq,b,0,0\n", "utf-8")
    words = ("--group", "area", "--reference", "a", "--method", "mh,standardisation")
    out = compare(path, tmp_path / "out", *words, code=1)
    assert "No item could be compared: no score is held by persons" in capsys.readouterr().err
    for row in rows_of(out, "mh"):
        assert (row["delta"], row["p"], row["class"], row["flags"]) == ("", "", "", "undefined")
    text = (out / "report.html").read_text("utf-8")
    assert not re.search(r"[>\s\"](nan|NaN|inf)[<\s\"%,]", text)
    assert "Item w has no estimate: no score is held by persons of both groups" in text


@pytest.mark.parametrize("words", [("--method", "mh,tid"), ()])
def test_wrong_words_are_exit_code_2(words: tuple[str, ...]) -> None:
    group = () if not words else GROUPS
    with pytest.raises(SystemExit) as ended:
        main(["irt", "dif", str(DATA), *group, *words, "--out", "o"])
    assert ended.value.code == 2


def test_the_share_right_is_that_of_the_band(done: Path) -> None:
    """By hand for one item: the share of all right answers, both groups and all bands."""
    x = np.loadtxt(DATA, delimiter=",", skiprows=1)
    tree = lxml_html.parse(str(done / "report.html"))
    (card,) = tree.xpath("//article[@id='item-3']")
    rows = [[cell.text_content() for cell in row] for row in card.xpath(".//tbody/tr")]
    for at, group in ((1, 0), (3, 1)):
        right = sum(int(row[at]) * float(row[at + 1]) for row in rows)
        assert right == pytest.approx(x[x[:, 0] == group, 3].sum(), abs=0.005 * 600)
