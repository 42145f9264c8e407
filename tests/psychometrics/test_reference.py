"""The reference data are ours: the generator beside them writes the same files."""

import subprocess
import sys
from pathlib import Path

from tests.psychometrics.figures import OWN


def test_the_data_are_what_their_generator_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, OWN / "generate.py", tmp_path], check=True)
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(path.name for path in (OWN / "data").iterdir())
    for name in written:
        assert (tmp_path / name).read_bytes() == (OWN / "data" / name).read_bytes(), name
