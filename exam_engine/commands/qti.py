"""qti check, qti score."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exam_engine.commands import Refused
from item_bank.errors import ItemBankError
from item_bank.qti import Finding, Severity, check_item, score_item
from item_bank.qti.documents import MAX_BYTES


def add_to(commands: Any) -> None:
    qti = commands.add_parser("qti", help="check and score items in QTI files")
    acts = qti.add_subparsers(dest="act", required=True, metavar="check|score")
    check = acts.add_parser(
        "check",
        help="tell what is wrong or unusual in an item, by line",
        epilog="example: exam-engine qti check item.xml",
    )
    check.add_argument("file", metavar="FILE", help="an item of QTI 2.0 to 3.0")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=run_check)
    score = acts.add_parser(
        "score",
        help="the outcomes of an item for some responses",
        epilog='example: exam-engine qti score item.xml --responses \'{"RESPONSE": "A"}\'',
    )
    score.add_argument("file", metavar="ITEM.xml", help="an item of QTI 2.0 to 3.0")
    score.add_argument(
        "--responses", required=True, metavar="JSON", help="an object, or - for standard input"
    )
    score.add_argument("--seed", type=int, default=0, help="of the item's random values")
    score.add_argument("--json", action="store_true", help="print JSON")
    score.set_defaults(run=run_score)


def run_check(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """1 if the item has an error, so that it can be neither shown nor scored."""
    findings = check_item(_read(arguments.file))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if arguments.json:
        rows = [_row(finding) for finding in findings]
        print(json.dumps({"file": arguments.file, "errors": errors, "findings": rows}, indent=2))
    else:
        for finding in findings:
            place = f"{arguments.file}:{finding.line}" if finding.line else arguments.file
            print(f"{place}: {finding.severity}: {finding.sentence} [{finding.code}]")
        warnings = len(findings) - errors
        print(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}.")
    return 1 if errors else 0


def _row(finding: Finding) -> dict[str, object]:
    return {
        "severity": str(finding.severity),
        "code": finding.code,
        "line": finding.line,
        "sentence": finding.sentence,
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def run_score(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    responses = _responses(arguments.responses)
    try:
        outcomes = score_item(_read(arguments.file), responses, seed=arguments.seed)
    except ItemBankError as error:
        raise Refused(f"{arguments.file}: {error}") from error
    if arguments.json:
        print(json.dumps(outcomes, indent=2))
    else:
        width = max(map(len, outcomes), default=0)
        for identifier, value in outcomes.items():
            print(f"{identifier:{width}}  {'NULL' if value is None else json.dumps(value)}")
    return 0


def _responses(text: str) -> dict[str, Any]:
    if text == "-":
        text = sys.stdin.read()
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Refused(f"The responses are not JSON: {error}.") from error
    except RecursionError as error:
        raise Refused("The responses are nested too deep.") from error
    if not isinstance(found, dict):
        raise Refused('The responses are an object, like {"RESPONSE": "A"}.')
    return found


def _read(name: str) -> bytes:
    path = Path(name)
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise Refused(f"{name} has over {MAX_BYTES} bytes.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Refused(f"{name} cannot be read: {reason}.") from error
