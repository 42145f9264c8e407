"""`irt forensics`: aberrance's figures come through the command, and nobody is accused."""

import csv
from pathlib import Path

import numpy as np
import pytest

from psychometrics.forensics import preknowledge, score_gains
from tests.exam_engine.commands.judged import (
    done,
    numbers,
    refused,
    report,
    rows_of,
    table_in,
    written,
)
from tests.psychometrics.figures import OWN
from tests.psychometrics.forensics.events import ours

N = 60
NAMES = [f"I{j + 1:02d}" for j in range(30)]
LEAKED = ["I03", "I07", "I11", "I19", "I23"]


def persons(name: str, n: int) -> list[list[str]]:
    with (OWN / "data" / name).open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [[f"p{i + 1}", *row] for i, row in enumerate(rows[:n])]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The event of aberrance_times.json: persons 11-20 copied, 21-40 guessed rapidly."""
    folder = tmp_path_factory.mktemp("event")
    known = ours()
    metric = known.items.metric
    rows = [
        [name, "3PL", *(repr(float(v)) for v in (metric.a[j], metric.b[j, 0], metric.c[j]))]
        for j, name in enumerate(NAMES)
    ]
    written(folder / "items.csv", [["item", "model", "a", "b", "c"], *rows])
    written(folder / "scores.csv", [["person", *NAMES], *persons("times_scores.csv", N)])
    written(folder / "times.csv", [["person", *NAMES], *persons("times_ms.csv", 400)])
    pairs = [[f"p{row['source']}", f"p{row['copier']}"] for row in known.figures["answer_copying"]]
    written(folder / "pairs.csv", [["source", "copier"], *pairs])
    written(folder / "leaked.csv", [["item"], *([name] for name in LEAKED)])
    before = [[f"p{i + 1}", round(0.02 * i - 1, 2), 0.4] for i in range(0, N, 2)]
    written(folder / "before.csv", [["person", "theta", "standard_error"], *before])
    return folder


@pytest.fixture(scope="module")
def out(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything the command can do with it."""
    words = ["--model", folder / "items.csv", "--ability", "ML"]
    words += ["--times", folder / "times.csv", "--unit", "ms", "--pairs", folder / "pairs.csv"]
    words += ["--compromised", folder / "leaked.csv", "--before", folder / "before.csv"]
    scores = folder / "scores.csv"
    return done(tmp_path_factory.mktemp("out"), "forensics", scores, *words)


def test_named_pairs_are_those_of_aberrance(out: Path) -> None:
    """To 1e-3, as in the library's own tests where theta is estimated and not given."""
    rows = ours().figures["answer_copying"]
    for column, key in (("omega", "omega"), ("p_omega", "omega_p"), ("p_gbt", "GBT_p")):
        known = np.array([row[key] for row in rows])
        found = numbers(out / "copying.csv", column)
        np.testing.assert_allclose(found, known, rtol=1e-3, atol=1e-3)


def test_similar_pairs_are_those_of_aberrance(out: Path) -> None:
    table = ours().figures["answer_similarity_true_pairs"]
    known = {
        tuple(f"p{int(one)}" for one in pair.split("-")): (stat, p)
        for pair, stat, p in zip(table["pair"], table["stat"], table["pval"], strict=True)
    }
    compared = 0
    for row in rows_of(out / "pairs.csv"):
        pair = (row["person_1"], row["person_2"])
        stat, p = known.get(pair, known.get(pair[::-1], (None, None)))
        if stat is None or p is None:
            continue
        compared += 1
        assert float(row["omega"]) == pytest.approx(stat["OMG_S"], abs=1e-3)
        assert float(row["p_gbt"]) == pytest.approx(p["GBT_S"], abs=1e-3)
        assert float(row["p_m4"]) == pytest.approx(p["M4_S"], abs=1e-3)
    assert compared >= 4


def test_rapid_guesses_are_those_of_aberrance(folder: Path, tmp_path: Path) -> None:
    scores = written(tmp_path / "all.csv", [["person", *NAMES], *persons("times_scores.csv", 400)])
    words = ("--model", folder / "items.csv", "--times", folder / "times.csv", "--unit", "ms")
    out = done(tmp_path, "forensics", scores, *words, "--screen", 1e-6, "--no-html")
    known = ours().figures["rapid_guessing_NT10"]
    for column, key in (("threshold", "threshold"), ("fidelity", "rtf_item")):
        found = numbers(out / "items.csv", column)
        assert found == pytest.approx(np.array(known[key]), rel=1e-8)
    effort = numbers(out / "persons.csv", "effort")[:60]
    assert effort == pytest.approx(np.array(known["rte_person_first60"]), rel=1e-8)
    assert report(out)["times"]["n_rapid"] == known["flagged_total"]


def test_leaked_items_and_gains_get_what_the_files_say(out: Path) -> None:
    known = ours()
    leaked = [NAMES.index(name) for name in LEAKED]
    found = preknowledge(known.responses[:N], known.items, leaked)
    assert numbers(out / "persons.csv", "l_scores") == pytest.approx(found.by_scores, rel=1e-9)
    theta, error = (numbers(out / "persons.csv", key) for key in ("theta", "standard_error"))
    before = np.where(np.arange(N) % 2 == 0, (0.02 * np.arange(N) - 1).round(2), np.nan)
    gained = score_gains(before, theta, np.full(N, 0.4), error)
    assert numbers(out / "persons.csv", "z_gain") == pytest.approx(gained.z, rel=1e-6, nan_ok=True)


def test_the_page_says_what_the_tables_say_and_accuses_nobody(out: Path) -> None:
    rows, told = rows_of(out / "pairs.csv"), report(out)
    assert told["pairs"]["n_flagged"] == sum(row["flagged"] == "1" for row in rows)
    shown = table_in(out, "most alike pairs")
    assert [row[0] for row in shown] == [
        f"{row['person_1']} and {row['person_2']}" for row in rows[: len(shown)]
    ]
    assert [row[2] for row in shown] == [row["matches"] for row in rows[: len(shown)]]
    flagged = {row["person"]: row["flags"].split() for row in rows_of(out / "persons.csv")}
    looked_at = {row[0] for row in table_in(out, "Persons with a flag")}
    assert looked_at <= {name for name, flags in flagged.items() if flags}
    for word, count in told["persons_flagged"].items():
        assert count == sum(word in flags for flags in flagged.values())
    guessed = {f"p{i}" for i in range(21, 41)}
    assert {name for name, flags in flagged.items() if "rapid_guesses" in flags} == guessed
    page = (out / "report.html").read_text("utf-8")
    assert "Statistics never prove misconduct" in page
    for word in ("cheater", "guilty", "culprit", "fraud"):
        assert word not in page.lower()


def test_options_are_compared_by_a_nominal_model(tmp_path: Path) -> None:
    """Person 2 copied 20 of 24 answers of person 1, of whom a third are wrong in the same way."""
    rng = np.random.default_rng(8)
    names = [f"Q{j}" for j in range(24)]
    able = rng.normal(0, 1, 120)
    right = rng.random((120, 24)) < 1 / (1 + np.exp(-able[:, None] - rng.normal(0, 1, 24)))
    wrong = rng.choice(list("BCD"), (120, 24))
    chosen = np.where(right, "A", wrong)
    chosen[0, :9] = list("BCDDCBCBD")
    chosen[1, :20] = chosen[0, :20]
    path = written(
        tmp_path / "c.csv",
        [["person", *names], *([f"p{i + 1}", *row] for i, row in enumerate(chosen.tolist()))],
    )
    key = written(tmp_path / "k.csv", [["item", "key"], *([name, "A"] for name in names)])
    out = done(tmp_path, "forensics", path, "--key", key, "--no-html")
    first = rows_of(out / "pairs.csv")[0]
    assert (first["person_1"], first["person_2"]) == ("p1", "p2")
    both_wrong = (chosen[0] == chosen[1]) & (chosen[0] != "A")
    assert int(first["same_wrong"]) == int(both_wrong.sum())
    assert int(first["matches"]) == int((chosen[0] == chosen[1]).sum())
    assert numbers(out / "persons.csv", "raw_score")[0] == (chosen[0] == "A").sum()
    n_pairs = numbers(out / "persons.csv", "similar_pairs")
    assert n_pairs[:2].tolist() == [1, 1]
    assert n_pairs.sum() == 2 * report(out)["pairs"]["n_flagged"]
    assert "estimated from these very persons" in " ".join(report(out)["remarks"])


def test_pairs_of_different_forms_have_no_value_and_a_reason(folder: Path, tmp_path: Path) -> None:
    given = persons("times_scores.csv", 12)
    rows = [
        [row[0], *(v if (j < 15) == (i < 6) else "" for j, v in enumerate(row[1:]))]
        for i, row in enumerate(given)
    ]
    path = written(tmp_path / "s.csv", [["person", *NAMES], *rows])
    pairs = written(tmp_path / "p.csv", [["source", "copier"], ["p1", "p2"], ["p1", "p9"]])
    words = ("--model", folder / "items.csv", "--pairs", pairs)
    out = done(tmp_path, "forensics", path, *words)
    same, apart = rows_of(out / "copying.csv")
    assert same["flags"] == ""
    assert (apart["n_items"], apart["p_gbt"], apart["flags"]) == ("0", "", "nothing_in_common")
    assert report(out)["pairs"]["n_tested"] == 2 * 15
    assert "36 of 66 pairs have no value" in " ".join(report(out)["remarks"])


ONE = "person,I01,I02\np1,1,0\n"
TWO = "person,I01,I02,I03\np1,1,0,1\np2,0,1,1\np3,1,1,0\n"


@pytest.mark.parametrize(
    ("text", "option", "other", "sentence"),
    [
        (ONE, None, "", "holds one person, and one makes no pair. Add the others."),
        (TWO, "--times", "person,I01,I02\np1,-3,4\n", "holds -3. A time is 0 or more"),
        (TWO, "--times", "person,I01,I02\np1,soon,4\n", 'holds "soon". A time is a number'),
        (TWO, "--times", "person,I01,I02\np1,0,0\np2,0,0\n", "there is no time above 0"),
        (TWO, "--times", "person,I01,I02\np1,,\np2,,\n", "holds no time. Add one row"),
        (TWO, "--times", "person,X1,X2\np1,3,4\n", "have no item in common."),
        (TWO, "--times", "person,I01\nq1,3\n", "have no person in common."),
        (TWO, "--times", "person,I01,I02\np1,3,4\n", "fewer than two items have two different"),
        (TWO, "--compromised", "item\nI09\n", "names 'I09', which is no item of"),
        (TWO, "--compromised", "item\nI01\nI02\nI03\n", "lists every item as compromised"),
        (TWO, "--compromised", "item\n", "lists no item. Add one row"),
        (TWO, "--pairs", "source,copier\np1,p9\n", "names 'p9', who is not among the responses"),
        (TWO, "--pairs", "source,copier\np1,p1\n", "pairs 'p1' with itself."),
        (TWO, "--pairs", "who,whom\np1,p2\n", "has no column 'source'."),
        (TWO, "--before", "person,theta,standard_error\np1,0,0\n", "A standard error is above 0"),
        (TWO, "--before", "person,theta,standard_error\nq,0,1\n", "have no person in common"),
        (TWO, "--before", "person,score\np1,3\n", "has no column 'theta'."),
        (TWO, "--key", "item,key\nI01,1\n", "has no key for 'I02'"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    option: str | None,
    other: str,
    sentence: str,
) -> None:
    path, more = tmp_path / "r.csv", tmp_path / "other.csv"
    path.write_text(text, "utf-8")
    more.write_text(other, "utf-8")
    words = ["--model", folder / "items.csv"] + ([] if option is None else [option, more])
    assert sentence in refused(tmp_path, capsys, "forensics", path, *words)


@pytest.mark.parametrize("words", [("--level", 0), ("--screen", 1.5), ("--calibrate", "5pl")])
def test_rules_that_are_none_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[object, ...]
) -> None:
    path = tmp_path / "r.csv"
    path.write_text(TWO, "utf-8")
    told = refused(tmp_path, capsys, "forensics", path, *words)
    assert told.endswith(".")
