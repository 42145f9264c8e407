"""The player's types hold and its pure logic passes its tests, on the Node that is there or on
pip's.  ``python -m tests.check_javascript``"""

import subprocess
import sys
from pathlib import Path

from tests.node import installed, node
from tests.processes import PartFailed, PartMissing

ROOT = Path(__file__).parent.parent
TYPESCRIPT = "5.9.3"
TYPESCRIPT_INTEGRITY = "sha512-jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw=="  # noqa: E501


def main() -> None:
    try:
        part = node()
        compiler = installed("typescript", TYPESCRIPT, integrity=TYPESCRIPT_INTEGRITY)
    except (PartMissing, PartFailed) as missing:
        sys.exit(str(missing))
    tests = sorted((ROOT / "tests" / "player").rglob("*.test.js"))
    if not tests:
        sys.exit("tests/player holds no *.test.js: the player's logic is untested.")
    types = (compiler / "bin" / "tsc", "--project", "jsconfig.json")
    for words in (types, ("--test", *tests)):
        command = [part.executable, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=part.environment, check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
