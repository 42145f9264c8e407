"""The `items` commands, on both databases."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exam_engine.cli import main
from tests.item_bank.imports.files import a_row, a_table, some_rows

Items = Callable[..., tuple[int, str, str]]


@pytest.fixture
def items(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Items:
    """Runs a command; gives its exit code and what it said, on stdout and on stderr."""
    monkeypatch.setenv("EXAM_DATABASE_URL", database_url)
    monkeypatch.setenv("EXAM_DATA_DIR", str(tmp_path / "data"))

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["items", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: dict[str, str], name: str = "march.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(a_table(*rows))
        return path

    return write


def counts(said: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said)["counts"]
    return found


def test_a_dry_run_reports_and_the_import_after_it_finds_the_bank_empty(
    items: Items, file: Callable[..., Path]
) -> None:
    path = file(*some_rows(3))
    code, said, _ = items("import", path, "--dry-run")
    assert code == 0
    assert "march.csv (CSV): 3 new, 0 changed, 0 unchanged, 0 refused." in said
    assert said.endswith("A dry run: nothing was stored.\n")
    code, said, _ = items("import", path, "--json")
    assert (code, counts(said)["new"], bool(json.loads(said)["import"])) == (0, 3, True)
    code, said, _ = items("import", path)
    assert code == 0
    assert "The bank holds all of it already" in said


def test_refused_rows_stop_an_import_until_the_rest_is_wanted(
    items: Items, file: Callable[..., Path]
) -> None:
    path = file(a_row(0), a_row(1, key="F"))
    code, said, complaint = items("import", path)
    assert (code, "line 3, key: " in said, "Nothing was imported." in said) == (1, True, True)
    assert complaint.startswith("1 question is refused.")
    assert items("import", path, "--dry-run")[0] == 1
    code, said, _ = items("import", path, "--accept-partial")
    assert (code, "Imported as drafts" in said) == (0, True)


def test_changed_items_need_a_choice(items: Items, file: Callable[..., Path]) -> None:
    items("import", file(*some_rows(2)))
    path = file(a_row(0, title="Another"), a_row(5))
    code, _, complaint = items("import", path)
    assert (code, "IMP-0" in complaint) == (1, True)
    assert items("import", path, "--on-change", "skip")[0] == 0
    code, said, _ = items("import", path, "--dry-run", "--json")
    assert (counts(said)["changed"], counts(said)["unchanged"]) == (1, 1)
    assert items("import", path, "--on-change", "new-version")[0] == 0
    assert counts(items("import", path, "--dry-run", "--json")[1])["unchanged"] == 2


def test_a_skill_area_and_a_format_can_be_given(items: Items, file: Callable[..., Path]) -> None:
    path = file(a_row(0, skill_area=""), name="odd.gift")
    code, said, _ = items(
        "import", path, "--format", "csv", "--area", "II.B", "--dry-run", "--json"
    )
    assert (code, json.loads(said)["format"], counts(said)["new"]) == (0, "csv", 1)
    code, said, _ = items("import", path, "--format", "csv", "--dry-run")
    assert (code, "[area_missing]" in said) == (1, True)


@pytest.mark.parametrize("form", ["csv", "qti"])
def test_an_export_is_imported_as_unchanged(
    items: Items, file: Callable[..., Path], tmp_path: Path, form: str
) -> None:
    items("import", file(a_row(0, enemies="IMP-1"), *some_rows(4)[1:]))
    out = tmp_path / "out"
    code, said, _ = items("export", "--format", form, out)
    assert (code, said) == (0, f"Wrote {out}: 4 items, 0 remarks.\n")
    code, said, _ = items("import", out, "--dry-run", "--json")
    assert (code, counts(said)["unchanged"], counts(said)["new"]) == (0, 4, 0)
    assert json.loads(
        items("export", "--format", form, out, "--state", "retired", "--json")[1]
    ) == {
        "items": 0,
        "remarks": [],
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_template_can_be_imported(items: Items, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"questions.{kind}"
    assert items("template", kind, out)[0] == 0
    assert counts(items("import", out, "--dry-run", "--json")[1])["new"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "nowhere.csv"), "cannot be read"),
        (("import", "{here}"), "cannot be read"),
        (("export", "--format", "csv", "{here}/no/such/folder"), "cannot be written"),
        (("import", "{file}", "--by", "nobody@example.org"), "There is nobody"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    items: Items, file: Callable[..., Path], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    path = file(*some_rows(1))
    items("import", path)
    code, _, complaint = items(*(word.format(here=tmp_path, file=path) for word in words))
    assert (code, complaint.count("\n")) == (1, 1)
    assert said in complaint
