"""The peers: an environment of its own for each, and their runs, bounded in time.

Environments are kept in ``benchmarks/.peers``, or in the folder that BENCHMARK_PEERS names;
BENCHMARK_PEER_SECONDS is how long a run may take.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("BENCHMARK_PEERS") or Path(__file__).parent / ".peers")
FITS = Path(__file__).parent / "psychometrics_peer_fits.py"
INSTALLED_WITHIN_S = 900
RUN_WITHIN_S = int(os.environ.get("BENCHMARK_PEER_SECONDS", "120"))
REQUIREMENTS = {
    "mirt": ["mirt[pandas]==1.2.0"],
    "girth": ["girth==0.8.0"],
    "catsim": ["catsim==0.21.0"],
    # torch for the processor alone, where that index can be reached: a tenth of the size
    "py-irt": ["py-irt==0.7.1", "--extra-index-url", "https://download.pytorch.org/whl/cpu"],
}
SCORES = [f"{m}, {n}" for m in ("EAP", "ML", "WLE") for n in ("10,000 persons", "one person")]
OFFERED = {
    "mirt": {"2PL", "3PL", "GRM", *SCORES, "S-X2, 100 items"},
    "girth": {"2PL", "3PL", "GRM", *[one for one in SCORES if not one.startswith("WLE")]},
    "catsim": {"ML, 10,000 persons", "ML, one person"},
    "py-irt": {"2PL"},
}
LIBRARIES = ("OPENBLAS", "MKL", "OMP", "RAYON", "NUMBA")
ONE_THREAD = dict.fromkeys([f"{library}_NUM_THREADS" for library in LIBRARIES], "1")


def install() -> set[str]:
    """Make what environments are missing; the names of the peers that there are then."""
    return {peer for peer in REQUIREMENTS if _installed(peer)}


def run(peer: str, task: str, data: Path) -> dict[str, Any] | str:
    """CPU seconds and parameters found by a peer, or in a word why there are none."""
    command = [str(_python(peer)), str(FITS), peer, task, str(data)]
    with subprocess.Popen(
        command,
        env=os.environ | ONE_THREAD,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            told, complained = process.communicate(timeout=RUN_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return f"over {RUN_WITHIN_S} s"
    if process.returncode:
        last = (complained.strip().splitlines() or ["?"])[-1]
        return f"fails ({last.partition(':')[0]})"
    result: dict[str, Any] = json.loads(told.splitlines()[-1])
    return result


def _python(peer: str) -> Path:
    return FOLDER / peer / "bin" / "python"


def _installed(peer: str) -> bool:
    """Whether the peer's environment is there, having made it if it was not."""
    wanted = " ".join(REQUIREMENTS[peer])
    mark = FOLDER / peer / "installed.txt"
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return True
    print(f"  installing {REQUIREMENTS[peer][0]} into {mark.parent}", flush=True)
    pip = [str(_python(peer)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(mark.parent)], check=True)
        subprocess.run(
            [*pip, *REQUIREMENTS[peer]],
            check=True,
            timeout=INSTALLED_WITHIN_S,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return False
    mark.write_text(wanted, encoding="utf-8")
    return True
