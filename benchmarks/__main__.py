"""``python -m benchmarks [NAME ...]``: all of them, or those named."""

import sys

from benchmarks import memory, page_weight, psychometrics, qti, rehearsal, save_rate

ALL = {
    "save_rate": save_rate.main,
    "page_weight": page_weight.main,
    "memory": memory.main,
    "psychometrics": psychometrics.main,
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
