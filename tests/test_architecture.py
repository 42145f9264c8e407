"""The rules of the house that import-linter cannot say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("exam_engine", "item_bank", "psychometrics", "proctor")
LONGEST_MODULE = 400
LONGEST_MAKEFILE = 30
NAMES_THAT_SAY_NOTHING = re.compile(r"^(utils?|helpers?|common|core|managers?|misc|base_.*)$")

# Where a third-party package may be imported: full matches of paths under the root.
ALLOWED = {
    "sqlalchemy": (
        r"\w+(/\w+)*/(tables|queries|service)\.py",
        r"exam_engine/(app|base|database|sqlite|worker|driver/\w+)\.py",
        r"exam_engine/migrations/.+",
        r"exam_engine/delivery/store_\w+\.py",
    ),
    "litestar": (r"exam_engine/app\.py", r"exam_engine/web/.+"),
    "dbos": (r"exam_engine/jobs\.py",),
    "redis": (r"proctor/presence\.py", r"exam_engine/(live|app|worker)\.py"),
}

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LOCKS = sorted([*ROOT.glob("requirements*.lock"), *(ROOT / "tests").glob("*.lock")])


@pytest.mark.parametrize("package", ALLOWED)
def test_a_third_party_package_stays_where_it_belongs(package: str) -> None:
    strays = [
        _name(path)
        for path in MODULES
        if package in {name for name, _ in _imports(_tree(path))}
        and not any(re.fullmatch(allowed, _name(path)) for allowed in ALLOWED[package])
    ]
    assert strays == []


def test_imports_are_absolute() -> None:
    strays = [_name(path) for path in MODULES if any(level for _, level in _imports(_tree(path)))]
    assert strays == []


def test_no_module_is_longer_than_one_can_hold_in_mind() -> None:
    lengths = {
        _name(path): len(path.read_text("utf-8").splitlines())
        for path in MODULES
        if path.parent.name != "versions"  # what Alembic wrote is history
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_modules_are_named_for_what_they_hold() -> None:
    parts = {part for path in MODULES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert [part for part in sorted(parts) if NAMES_THAT_SAY_NOTHING.match(part)] == []


def test_only_the_clocks_read_the_wall_clock() -> None:
    strays = [
        f"{_name(path)}:{line}"
        for path in MODULES
        if path.name != "clock.py"
        for line in _wall_clock_readings(_tree(path))
    ]
    assert strays == []


def test_every_public_function_of_psychometrics_is_explained() -> None:
    silent = [
        f"{_name(path)}: {node.name}"
        for path in MODULES
        if path.is_relative_to(ROOT / "psychometrics") and not path.stem.startswith("_")
        for node in _tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_pins_by_hash_and_names_no_index(lock: Path) -> None:
    text = lock.read_text("utf-8")
    requirements = re.findall(r"^\w.*", text.replace("\\\n", " "), re.MULTILINE)
    assert requirements
    assert [line for line in requirements if not re.search("==.* --hash=sha256:", line)] == []
    assert re.findall(r"https?://\S+|--(?:index-url|extra-index-url|find-links)", text) == []


def test_the_makefile_can_be_read_at_a_glance() -> None:
    assert len((ROOT / "Makefile").read_text("utf-8").splitlines()) <= LONGEST_MAKEFILE


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import sqlalchemy.orm as orm", {("sqlalchemy", 0)}),
        ("def f():\n    from redis.asyncio import Redis", {("redis", 0)}),
        ("from . import tables", {("", 1)}),
    ],
)
def test_an_import_is_seen_wherever_it_stands(source: str, found: set[tuple[str, int]]) -> None:
    assert set(_imports(ast.parse(source))) == found


@pytest.mark.parametrize(
    "source", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()"]
)
def test_a_reading_of_the_wall_clock_is_seen(source: str) -> None:
    assert list(_wall_clock_readings(ast.parse(source))) == [1]


def test_a_monotonic_reading_is_not_one_of_the_wall_clock() -> None:
    assert list(_wall_clock_readings(ast.parse("time.monotonic(); clock.now()"))) == []


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The top package of each import, and how many dots stand before it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0], node.level


def _wall_clock_readings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.search(
            r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?)$",
            ast.unparse(node.func),
        ):
            yield node.lineno
