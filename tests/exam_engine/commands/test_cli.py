"""The table of commands is what the modules add, and a command loads its own module only."""

import argparse
import subprocess
import sys

import pytest

from exam_engine.cli import SUBJECTS, main, parser


def test_the_table_names_exactly_the_commands_that_there_are() -> None:
    [commands] = [
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    ]
    assert set(commands.choices) == set(SUBJECTS)


@pytest.mark.parametrize("command", SUBJECTS)
def test_a_command_is_read_by_its_own_module(command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        parser(command).parse_args([command, "--help"])
    assert ended.value.code == 0


def test_an_unknown_command_is_answered_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["calibrat"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert [command for command in SUBJECTS if command not in said] == []


def test_the_irt_commands_load_no_web_and_no_database() -> None:
    asked = "import sys; from exam_engine.cli import parser; parser('irt'); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"litestar", "sqlalchemy", "asyncpg", "lxml"}.isdisjoint(loaded)
