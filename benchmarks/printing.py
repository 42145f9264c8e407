"""How every benchmark prints: a table for people, then one JSON line for machines."""

import json
from collections.abc import Sequence
from typing import Any


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}\n")
    for row in cells:
        first, *others = zip(row, widths, strict=True)
        print(
            f"  {first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others), sep="  "
        )


def json_line(name: str, figures: dict[str, Any]) -> None:
    print("\n" + json.dumps({"benchmark": name, **figures}), flush=True)
