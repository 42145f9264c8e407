"""The exam day of three hundred candidates in one minute, on SQLite, on this machine."""

import json
import subprocess
import sys
from typing import Any

from benchmarks import printing

COMMAND = ("rehearse", "--candidates", "300", "--minutes", "1")
BAR_START_P99_MS = 1000
COUNTS = ("starts", "saves", "submits", "errors", "acknowledged", "stored", "lost")


def main() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "exam_engine", *COMMAND], stdout=subprocess.PIPE, check=False
    )
    if not done.stdout:
        raise SystemExit("The rehearsal could not be played; the reason is above.")
    found: dict[str, Any] = json.loads(done.stdout)
    rows = [
        (name.removesuffix("_ms"), *(values[one] for one in ("p50", "p95", "p99")))
        for name, values in found.items()
        if name.endswith("_ms")
    ]
    printing.table("Rehearsal, 300 candidates in 1 minute", ("ms", "p50", "p95", "p99"), rows)
    kept = found["errors"] == found["lost"] == 0 and found["start_ms"]["p99"] < BAR_START_P99_MS
    print("\n  " + ", ".join(f"{name} {found[name]}" for name in COUNTS))
    print(
        f"  CPU: server {found['server_cpu_seconds']} s, generator "
        f"{found['generator_cpu_seconds']} s\n"
        f"  bar: no error, nothing lost, start p99 under {BAR_START_P99_MS} ms: "
        f"{'kept' if kept else 'MISSED'}"
    )
    printing.json_line("rehearsal", found)


if __name__ == "__main__":
    main()
