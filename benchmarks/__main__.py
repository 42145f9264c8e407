"""``python -m benchmarks [NAME ...]``: all of them, or those named."""

import sys

from benchmarks import (
    calibration_beside,
    imports,
    large_calibration,
    memory,
    packages,
    page_weight,
    psychometrics,
    psychometrics_dif,
    psychometrics_forensics,
    psychometrics_linking,
    psychometrics_selection,
    psychometrics_standards,
    qti,
    rehearsal,
    save_rate,
)

ALL = {
    "save_rate": save_rate.main,
    "calibration_beside": calibration_beside.main,
    "packages": packages.main,
    "imports": imports.main,
    "large_calibration": large_calibration.main,
    "page_weight": page_weight.main,
    "memory": memory.main,
    "psychometrics": psychometrics.main,
    "psychometrics_dif": psychometrics_dif.main,
    "psychometrics_forensics": psychometrics_forensics.main,
    "psychometrics_linking": psychometrics_linking.main,
    "psychometrics_selection": psychometrics_selection.main,
    "psychometrics_standards": psychometrics_standards.main,
    "qti": qti.main,
    "rehearsal": rehearsal.main,
}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise SystemExit(f"There is no benchmark {unknown[0]}. There are: {', '.join(ALL)}.")
    for name in names or ALL:
        ALL[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
