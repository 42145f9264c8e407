"""Small rehearsals by the command itself, against real server processes."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import select

from exam_engine.cli import main
from exam_engine.commands.rehearsal import fill
from exam_engine.database import Database
from exam_engine.registration.tables import Sitting
from exam_engine.settings import Settings
from tests.conftest import StartServer
from tests.server import ROOT

CANDIDATES = 10
SMALL = ("--candidates", str(CANDIDATES), "--minutes", "0.05")


def rehearse(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name[:5] != "EXAM_"}
    return subprocess.run(
        [sys.executable, "-m", "exam_engine", "rehearse", *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def summary_of(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    assert done.returncode == 0, done.stdout + done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def assert_whole(summary: dict[str, Any]) -> None:
    """By hand: 40 answers, 3 second thoughts, 5 returns and a blank are 49; 4 are sent twice."""
    assert summary["candidates"] == summary["starts"] == summary["submits"] == CANDIDATES
    assert summary["saves"] == CANDIDATES * 53
    assert summary["acknowledged"] == summary["stored"] == CANDIDATES * 49
    assert (summary["lost"], summary["errors"], summary["chains_broken"]) == (0, 0, 0)
    assert summary["chains_verified"] == CANDIDATES
    for what in ("start_ms", "save_ms", "submit_ms", "check_in_ms"):
        found = summary[what]
        assert 0 < found["p50"] <= found["p95"] <= found["p99"]


def test_a_rehearsal_on_a_server_of_its_own_loses_nothing(
    database_url: str, database_kind: str, in_full: bool
) -> None:
    if database_kind == "postgresql" and not in_full:
        pytest.skip("make faults")
    assert_whole(summary_of(rehearse(*SMALL, "--database", database_url)))


async def test_a_rehearsal_on_a_running_server_makes_a_marked_event_or_refuses(
    server: StartServer,
) -> None:
    running = server()
    settings = Settings.from_env({"EXAM_DATA_DIR": str(running.data_dir)})
    token = await fill(settings)

    summary = summary_of(rehearse(*SMALL, "--url", running.url, f"--token={token}"))

    assert_whole(summary)
    assert summary["server_cpu_seconds"] is None
    refused = rehearse(*SMALL, "--url", running.url, "--token", "nobody's")
    assert refused.returncode == 1
    assert "made no event" in refused.stderr
    assert "Traceback" not in refused.stderr
    database = Database(settings.database_url)
    async with database.reading() as session:
        sittings = (await session.scalars(select(Sitting))).all()
    await database.close()
    assert [(sitting.rehearsal, sitting.self_admitting) for sitting in sittings] == [(True, True)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--url", "http://127.0.0.1:1"), "--url needs --token"),
        (("--url", "http://exam.example.org", "--token", "t"), "is not this machine"),
        (("--url", "exam.example.org", "--token", "t"), "is an address like"),
        (("--token", "t"), "--token goes with --url"),
        (("--url", "http://127.0.0.1:1", "--token", "t", "--data", "d"), "--data is for"),
    ],
)
def test_words_that_do_not_go_together_are_refused_in_one_sentence(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rehearse", *SMALL, *words]) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    "words",
    [("--candidates", "0", "--minutes", "1"), ("--candidates", "1", "--minutes", "soon")],
)
def test_numbers_that_make_no_sense_end_with_code_2(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", *words])
    assert ended.value.code == 2
