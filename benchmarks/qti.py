"""Reading, showing and scoring QTI items: CPU time of one call, the best of some rounds.

Warm is what delivery does: the item was read before and comes from the cache. Cold is reading a
file that was not seen before: parsing, checking, compiling.
"""

import time
from collections.abc import Callable
from importlib.resources import files

from benchmarks.printing import json_line, table
from item_bank.qti import CandidateItem, check_item, read_item, score_item
from item_bank.qti.patterns import Pattern
from item_bank.qti.rendering import Manner, render_item
from tests.item_bank.qti.samples import SAMPLES

ROUNDS = 5
BAR_MS = 0.3
RENDER_BAR_MS = 1
SAMPLE = "data/sample/items"
VERSION3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
TEMPLATE = f"""<qti-assessment-item xmlns="{VERSION3}" identifier="t" title="T"
  adaptive="false" time-dependent="false">
  <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="integer"/>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-template-declaration identifier="A" cardinality="single" base-type="integer"/>
  <qti-template-processing>
    <qti-set-template-value identifier="A"><qti-random-integer min="1" max="9"/>
    </qti-set-template-value>
    <qti-template-constraint><qti-gt><qti-variable identifier="A"/>
      <qti-base-value base-type="integer">3</qti-base-value></qti-gt></qti-template-constraint>
    <qti-set-correct-response identifier="RESPONSE"><qti-product><qti-variable identifier="A"/>
      <qti-base-value base-type="integer">2</qti-base-value></qti-product>
    </qti-set-correct-response>
  </qti-template-processing>
  <qti-item-body><p>Twice <qti-printed-variable identifier="A"/>:
    <qti-text-entry-interaction response-identifier="RESPONSE"/></p></qti-item-body>
  <qti-response-processing template="match_correct"/>
</qti-assessment-item>""".encode()


def warm_choice_ms() -> tuple[float, float]:
    """Scoring a choice item, and rendering it."""
    choice = _choices()[0]
    view = read_item(choice).present()
    return (
        _best_ms(5_000, lambda: score_item(choice, {"RESPONSE": "A"})),
        _best_ms(2_000, _rendering(view)),
    )


def main() -> None:
    choices = _choices()
    choice = choices[0]
    item = read_item(choice)
    templated = read_item(TEMPLATE)
    pattern = Pattern.read("[A-Z]{2}[0-9]{4}(-[a-z]+)*")
    seeds = iter(range(10**9))
    calls: dict[str, tuple[int, Callable[[], object]]] = {
        "choice: score_item, warm": (5_000, lambda: score_item(choice, {"RESPONSE": "A"})),
        "choice: candidate's view, warm": (5_000, item.present),
        "choice: check_item, cold": (len(choices), _each(choices)),
        "template: score_item, warm": (
            2_000,
            lambda: score_item(TEMPLATE, {"RESPONSE": 8}, seed=next(seeds)),
        ),
        "template: candidate's view": (1_000, lambda: templated.present(next(seeds))),
        "pattern of 12 characters": (2_000, lambda: pattern.matches("AB1234-cde-f")),
    }
    figures = {name: _best_ms(*call) for name, call in calls.items()}
    rendered = {
        name: _best_ms(300, _rendering(read_item(sample.xml).present()))
        for name, sample in SAMPLES.items()
    }
    slowest = max(rendered, key=lambda name: rendered[name])
    figures["choice: render_item"] = _best_ms(2_000, _rendering(item.present()))
    figures[f"{slowest}: render_item, the slowest type"] = rendered[slowest]
    warm = figures["choice: score_item, warm"]
    table(
        "QTI items, CPU time of one call",
        ("", "ms"),
        [(name, f"{ms:.4f}") for name, ms in figures.items()],
    )
    print(
        f"\n  scoring a choice item warm: bar {BAR_MS} ms: {'kept' if warm < BAR_MS else 'MISSED'}"
    )
    is_kept = rendered[slowest] < RENDER_BAR_MS
    print(f"  rendering any item: bar {RENDER_BAR_MS} ms: {'kept' if is_kept else 'MISSED'}")
    json_line("qti", {"ms": {name: round(ms, 5) for name, ms in figures.items()}, "bar_ms": BAR_MS})


def _choices() -> list[bytes]:
    return [
        path.read_bytes()
        for path in files("item_bank").joinpath(SAMPLE).iterdir()
        if path.name.endswith(".xml")
    ]


def _rendering(view: CandidateItem) -> Callable[[], object]:
    manner = Manner(seed=1)
    return lambda: render_item(view, {}, manner)


def _each(xmls: list[bytes]) -> Callable[[], object]:
    """Checks the next file at each call; checking never uses the cache."""
    place = 0

    def check() -> object:
        nonlocal place
        place = (place + 1) % len(xmls)
        return check_item(xmls[place])

    return check


def _best_ms(times: int, call: Callable[[], object]) -> float:
    call()
    rounds = []
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(times):
            call()
        rounds.append((time.process_time() - before) / times * 1000)
    return min(rounds)
