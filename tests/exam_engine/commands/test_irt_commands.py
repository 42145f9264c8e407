"""The `irt` commands: the right numbers in the right columns, and nothing that is no number."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from exam_engine.cli import main
from tests.psychometrics.figures import OWN, read_figures, read_matrix
from tests.server import ROOT

Irt = Callable[..., Path]
NO_NUMBER = re.compile(r"(?<![a-z])(nan|inf|-inf)(?![a-z])", re.IGNORECASE)


@pytest.fixture
def irt(tmp_path: Path) -> Irt:
    """Runs a command that must succeed; gives its directory, checked for numbers that are none."""

    def run(act: str, *words: object, code: int = 0) -> Path:
        out = tmp_path / f"{act}-{len(list(tmp_path.iterdir()))}"
        assert main(["irt", act, *map(str, words), "--out", str(out)]) == code
        check_no_nan(out)
        return out

    return run


def check_no_nan(folder: Path) -> None:
    for path in folder.iterdir():
        text = path.read_text("utf-8")
        if path.suffix == ".csv":
            assert not NO_NUMBER.search(text), path.name
        elif path.suffix == ".json":
            json.loads(text, parse_constant=_refuse)
        else:
            assert not re.search(r"[>\s\"](nan|NaN|inf)[<\s\"%,]", text), path.name


def _refuse(word: str) -> None:
    raise AssertionError(f"{word} in JSON")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(path: Path, column: str) -> NDArray[np.float64]:
    return np.array([float(row[column]) if row[column] else np.nan for row in rows_of(path)])


def report(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return document


def column(figures: list[dict[str, Any]], name: str) -> NDArray[np.float64]:
    return np.array([row.get(name) for row in figures], dtype=float)


# ---- against independent figures


def test_calibrate_writes_what_mirt_finds_on_a_2pl(irt: Irt) -> None:
    figures = read_figures(OWN / "mirt" / "twopl_2PL.json")
    out = irt("calibrate", OWN / "data" / "twopl.csv", "--model", "2pl")

    told = report(out)
    assert told["log_likelihood"] == pytest.approx(figures["logLik"], abs=1e-4)
    assert told["converged"] is True
    assert told["largest_gradient"] < 1e-3
    assert told["cycles"] > 0
    assert told["cpu_seconds"] > 0
    assert told["reliability"] == pytest.approx(figures["empirical_rxx_EAP"], abs=1e-4)
    items = out / "items.csv"
    head = items.read_text("utf-8").splitlines()[0]
    assert head == "item,model,n,a,b,c,u,intercept,se_a,se_b,se_c,se_u,se_intercept,flags"
    assert [row["item"] for row in rows_of(items)] == [r["item"] for r in figures["coef_irt"]]
    assert numbers(items, "a") == pytest.approx(column(figures["coef_irt"], "a"), abs=1e-3)
    assert numbers(items, "b") == pytest.approx(column(figures["coef_irt"], "b"), abs=1e-3)
    d = column(figures["coef_slope_intercept"], "d")
    assert numbers(items, "intercept") == pytest.approx(d, abs=1e-3)
    errors = [figures["se_oakes"][row["item"]][1] for row in rows_of(items)]
    assert numbers(items, "se_a") == pytest.approx(column(errors, "a1"), rel=1e-2)
    assert numbers(items, "se_intercept") == pytest.approx(column(errors, "d"), rel=1e-2)
    assert {row["n"] for row in rows_of(items)} == {"1000"}
    eap = figures["scores_first60"]["EAP"]
    assert numbers(out / "persons.csv", "theta")[:60] == pytest.approx(eap["theta"], abs=1e-3)


def test_calibrate_takes_a_prior_on_c(irt: Irt) -> None:
    figures = read_figures(OWN / "mirt" / "threepl_3PL_logitnormal_g.json")
    words = ("--model", "3PL", "--prior", "c=logitnormal:-1.386294361,0.5", "--no-html")
    out = irt("calibrate", OWN / "data" / "threepl.csv", *words)
    assert report(out)["log_likelihood"] == pytest.approx(figures["logLik"], abs=2e-3)
    assert numbers(out / "items.csv", "c") == pytest.approx(
        column(figures["coef_irt"], "g"), abs=1e-3
    )


def test_calibrate_numbers_the_steps_of_graded_items(irt: Irt, tmp_path: Path) -> None:
    figures = read_figures(OWN / "mirt" / "mixed_2PL_GRM.json")
    models = tmp_path / "models.csv"
    models.write_text("item,model\n" + "".join(f"G0{k},grm\n" for k in range(1, 5)), "utf-8")
    out = irt("calibrate", OWN / "data" / "mixed.csv", "--model", "2pl", "--models", models)
    rows = rows_of(out / "items.csv")
    assert [row["model"] for row in rows] == ["2PL"] * 12 + ["GRM"] * 4
    d = [row for row in figures["coef_slope_intercept"] if row["item"].startswith("G")]
    for row, expected in zip(rows[12:], d, strict=True):
        steps = [-expected[f"d{k}"] / expected["a1"] for k in (1, 2, 3)]
        assert [float(row[f"b{k}"]) for k in (1, 2, 3)] == pytest.approx(steps, abs=1e-3)
        assert row["b"] == row["intercept"] == ""
    assert all(row["b1"] == "" and row["b"] for row in rows[:12])


def test_calibrate_fixes_anchors_and_frees_the_population(irt: Irt, tmp_path: Path) -> None:
    figures = read_figures(OWN / "mirt" / "twopl_forms_fixed_anchor_2PL.json")
    header, *lines = (OWN / "data" / "twopl_forms.csv").read_text("utf-8").splitlines()
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"

    def part(path: Path, rows: list[str]) -> None:
        cells = [row.split(",") for row in rows]
        kept = [j for j in range(len(cells[0])) if any(row[j] for row in cells)]
        names = header.split(",")
        path.write_text(
            "\n".join(",".join(row[j] for j in kept) for row in [names, *cells]) + "\n", "utf-8"
        )

    part(old, lines[:600])
    part(new, lines[600:])
    bank = irt("calibrate", old, "--model", "2pl", "--no-html")
    out = irt("calibrate", new, "--model", "2pl", "--anchor", bank / "items.csv")
    before = {row["item"]: row for row in rows_of(bank / "items.csv")}
    anchored = [row for row in rows_of(out / "items.csv") if "anchor" in row["flags"].split()]
    assert len(anchored) == 11
    for row in anchored:
        assert float(row["a"]) == pytest.approx(float(before[row["item"]]["a"]), rel=1e-9)
        assert row["se_a"] == row["se_b"] == ""
    told = report(out)
    assert told["log_likelihood"] == pytest.approx(figures["logLik"], abs=1e-3)
    assert told["groups"][0]["mean"] == pytest.approx(figures["mean"], abs=1e-3)
    assert told["groups"][0]["variance"] == pytest.approx(figures["cov"][0][0], abs=2e-3)
    expected = {row["item"]: row["a1"] for row in figures["new_items"]}
    for row in rows_of(out / "items.csv"):
        assert float(row["a"]) == pytest.approx(expected[row["item"]], abs=1e-3)


@pytest.mark.parametrize("method", ["EAP", "MAP", "ML", "WLE"])
def test_score_writes_what_mirt_finds(irt: Irt, method: str) -> None:
    figures = read_figures(OWN / "mirt" / "twopl_2PL.json")
    data = OWN / "data" / "twopl.csv"
    bank = irt("calibrate", data, "--model", "2pl", "--no-html")
    out = irt("score", data, "--items", bank / "items.csv", "--method", method.lower())
    expected = np.array(figures["scores_first60"][method]["theta"], dtype=float)
    found = numbers(out / "persons.csv", "theta")[:60]
    finite = np.isfinite(expected)
    assert found[finite] == pytest.approx(expected[finite], abs=1.1e-3)
    if not finite.all():
        flags = [row["flags"] for row in rows_of(out / "persons.csv")[:60]]
        assert all(flags[i].endswith("_bound") for i in np.flatnonzero(~finite))


def test_fit_writes_what_mirt_finds(irt: Irt) -> None:
    figures = read_figures(OWN / "mirt" / "twopl_2PL.json")
    data = OWN / "data" / "twopl.csv"
    bank = irt("calibrate", data, "--model", "2pl", "--no-html")
    out = irt("fit", data, "--items", bank / "items.csv")
    items = out / "items.csv"
    expected = column(figures["itemfit_S_X2"], "S_X2")
    assert numbers(items, "s_x2") == pytest.approx(expected, rel=2e-3)
    assert numbers(items, "df") == pytest.approx(column(figures["itemfit_S_X2"], "df.S_X2"))
    for name in ("infit", "outfit"):
        ml = column(figures["itemfit_infit_ML"], name)
        assert numbers(items, name) == pytest.approx(ml, rel=2e-2)
    pair = rows_of(out / "pairs.csv")[0]
    assert (pair["item"], pair["with_item"]) == ("I01", "I02")
    q3 = figures["Q3"][0]["I02"]
    assert float(pair["q3"]) == pytest.approx(q3, abs=1e-3)
    model = report(out)["model_fit"]
    assert model["statistic"] == pytest.approx(figures["M2"][0]["M2"], rel=1e-3)
    assert model["df"] == figures["M2"][0]["df"]
    assert model["rmsea"] == pytest.approx(figures["M2"][0]["RMSEA"], abs=1e-4)


def test_classical_writes_what_numpy_finds(irt: Irt) -> None:
    data = OWN / "data" / "twopl.csv"
    out = irt("classical", data)
    x = read_matrix(data)
    items = out / "items.csv"
    assert numbers(items, "difficulty") == pytest.approx(x.mean(axis=0))
    rest = [np.corrcoef(x[:, j], np.delete(x, j, axis=1).sum(axis=1))[0, 1] for j in range(20)]
    assert numbers(items, "point_biserial") == pytest.approx(rest)
    c = np.cov(x.T)
    alpha = 20 / 19 * (1 - np.trace(c) / c.sum())
    assert report(out)["alpha"]["value"] == pytest.approx(alpha)
    assert numbers(out / "persons.csv", "raw_score") == pytest.approx(x.sum(axis=1))


def test_classical_scores_options_by_their_key(irt: Irt, tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    theta = rng.normal(size=300)
    right = rng.random((300, 8)) < 1 / (1 + np.exp(-1.5 * theta[:, None]))
    choices = np.where(right, "B", rng.choice(["A", "C"], (300, 8)))
    choices[5, 2] = ""
    data, key = tmp_path / "choices.csv", tmp_path / "key.csv"
    names = [f"Q{j}" for j in range(1, 9)]
    lines = [",".join(["id", *names])]
    lines += [",".join([f"p{i}", *row]) for i, row in enumerate(choices.tolist())]
    data.write_text("\n".join(lines), "utf-8")
    wrong = ["A" if name == "Q4" else "B" for name in names]
    told = zip(names, wrong, strict=True)
    key.write_text("item,key\n" + "".join(f"{name},{option}\n" for name, option in told), "utf-8")

    out = irt("classical", data, "--key", key)

    options = {(row["item"], row["option"]): row for row in rows_of(out / "options.csv")}
    assert int(options["Q1", "B"]["n"]) == (choices[:, 0] == "B").sum()
    assert options["Q4", "A"]["is_key"] == "1"
    assert int(options["Q3", "A"]["n"]) == (choices[:, 2] == "A").sum()
    flagged = {row["item"] for row in rows_of(out / "items.csv") if "check_key" in row["flags"]}
    assert flagged == {"Q4"}
    assert numbers(out / "items.csv", "n").tolist() == [300, 300, 299, 300, 300, 300, 300, 300]


# ---- round trip


def test_what_is_simulated_is_recovered(irt: Irt) -> None:
    drawn = irt("simulate", "--model", "2pl", "--persons", 3000, "--items", 30, "--seed", 7)
    bank = irt("calibrate", drawn / "responses.csv", "--model", "2pl")
    scores = irt("score", drawn / "responses.csv", "--items", bank / "items.csv")
    error = {
        name: numbers(bank / "items.csv", name) - numbers(drawn / "items.csv", name)
        for name in ("a", "b")
    }
    assert np.sqrt((error["a"] ** 2).mean()) < 0.10
    assert np.sqrt((error["b"] ** 2).mean()) < 0.12
    theta, true = numbers(scores / "persons.csv", "theta"), numbers(drawn / "persons.csv", "theta")
    assert [row["person"] for row in rows_of(scores / "persons.csv")] == [
        row["person"] for row in rows_of(drawn / "persons.csv")
    ]
    assert np.corrcoef(theta, true)[0, 1] > 0.9
    miss = np.abs(theta - true) / numbers(scores / "persons.csv", "standard_error")
    assert 0.93 < (miss < 1.96).mean() < 0.97
    first = numbers(bank / "persons.csv", "theta")
    assert theta == pytest.approx(first, abs=1e-6)


@pytest.mark.parametrize("model", ["rasch", "3pl", "grm", "pcm", "rsm", "gpcm", "nrm"])
def test_every_model_goes_all_the_way(irt: Irt, model: str) -> None:
    words = ("--persons", 400, "--items", 8, "--seed", 3, "--length", 7)
    drawn = irt("simulate", "--model", model, *words)
    prior = ["--prior", "c=beta:5,17", "--prior", "a=lognormal:0,0.5"] if model == "3pl" else []
    bank = irt("calibrate", drawn / "responses.csv", "--model", model, *prior)
    scores = irt("score", drawn / "responses.csv", "--items", bank / "items.csv")
    irt("fit", drawn / "responses.csv", "--items", bank / "items.csv")
    assert numbers(scores / "persons.csv", "theta") == pytest.approx(
        numbers(bank / "persons.csv", "theta"), abs=1e-6
    )
    assert set(numbers(scores / "persons.csv", "n_answered")) == {7}


def test_the_same_seed_draws_the_same_files(irt: Irt) -> None:
    words = ("--model", "2pl", "--persons", 20, "--items", 5, "--seed", 11)
    first, second = irt("simulate", *words), irt("simulate", *words)
    for name in ("responses.csv", "items.csv", "persons.csv"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_score_uses_the_population_that_the_calibration_found(irt: Irt) -> None:
    data = OWN / "data" / "rasch_small.csv"
    bank = irt("calibrate", data, "--model", "rasch", "--no-html")
    found = irt("score", data, "--items", bank / "items.csv", "--no-html")
    forced = irt("score", data, "--items", bank / "items.csv", "--sd", "1", "--no-html")
    assert report(found)["prior"][0]["sd"] == pytest.approx(
        report(bank)["groups"][0]["variance"] ** 0.5
    )
    assert report(found)["standard_deviation"] != report(forced)["standard_deviation"]


def test_a_long_semicolon_file_gives_the_same_calibration(irt: Irt, tmp_path: Path) -> None:
    data = OWN / "data" / "twopl.csv"
    header, *lines = data.read_text("utf-8").splitlines()
    names = header.split(",")
    path = tmp_path / "long.csv"
    rows = [
        f"{i};{name};{cell}"
        for i, line in enumerate(lines)
        for name, cell in zip(names, line.split(","), strict=True)
    ]
    path.write_bytes("\r\n".join(["person;item;response", *rows]).encode("utf-8-sig"))
    wide = irt("calibrate", data, "--model", "2pl", "--no-html")
    tall = irt("calibrate", path, "--model", "2pl", "--no-html")
    assert (wide / "items.csv").read_bytes() == (tall / "items.csv").read_bytes()


def test_groups_have_their_own_populations(irt: Irt) -> None:
    out = irt(
        *("calibrate", OWN / "data" / "dif.csv", "--model", "2pl", "--group", "group", "--no-html")
    )
    reference, focal = report(out)["groups"]
    assert (reference["mean"], reference["variance"]) == (0.0, 1.0)
    assert reference["se_mean"] is None
    assert report(out)["undefined"]["groups[0].se_mean"] == "fixed, not estimated"
    assert focal["mean"] == pytest.approx(-0.4, abs=0.2)  # the mean it was drawn with
    assert {row["group"] for row in rows_of(out / "persons.csv")} == {"0", "1"}


# ---- as a process


def test_the_command_as_a_process_prints_json_and_nothing_else() -> None:
    environment = {name: value for name, value in os.environ.items() if name[:5] != "EXAM_"}
    done = subprocess.run(
        [sys.executable, "-m", "exam_engine", "irt", "--help"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "exam-engine irt calibrate responses.csv --model 2pl" in done.stdout
    assert done.stderr == ""


def test_json_is_the_report(irt: Irt, capsys: pytest.CaptureFixture[str]) -> None:
    out = irt("calibrate", OWN / "data" / "twopl.csv", "--model", "2pl", "--no-html", "--json")
    assert json.loads(capsys.readouterr().out) == report(out)


@pytest.mark.parametrize("act", ["calibrate", "score", "fit", "classical", "simulate"])
def test_every_act_explains_itself_with_an_example(
    act: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["irt", act, "--help"])
    assert ended.value.code == 0
    assert f"exam-engine irt {act} " in capsys.readouterr().out
