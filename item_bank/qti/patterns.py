"""The regular expressions of XML Schema, matched in time that grows with text times pattern.

Patterns come from outside, so they are never handed to a backtracking engine: the pattern becomes
a small machine whose states are followed side by side. XML Schema has no back references and no
look-around, so nothing is missing. A pattern always stands for the whole text; ``^`` at its start
and ``$`` at its end, which XML Schema does not have but writers often set, change nothing.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from item_bank.errors import ScoringRefused
from item_bank.qti.pattern_syntax import (
    Either,
    Node,
    PatternParser,
    PatternUnsound,
    Repeat,
    Row,
    Take,
    Test,
)

__all__ = ["Effort", "Pattern", "PatternUnsound"]

LONGEST_PATTERN = 1_000
MOST_STEPS = 1_000
"""Of the machine; counted repetitions are written out."""
MOST_WORK = 1_000_000
"""Steps followed for one text, or in one scoring: half a second or so."""


@dataclass(frozen=True, slots=True)
class _Step:
    """With a test: takes one character and goes on; without: goes on to each of ``to``."""

    test: Test | None
    to: tuple[int, ...]


class _Machine:
    """Steps are made from the end, so that each knows where it goes."""

    def __init__(self) -> None:
        self.steps: list[_Step] = [_Step(None, ())]

    def add(self, test: Test | None, *to: int) -> int:
        if len(self.steps) >= MOST_STEPS:
            raise PatternUnsound("it is too large when its repetitions are written out")
        self.steps.append(_Step(test, to))
        return len(self.steps) - 1

    def build(self, node: Node, end: int) -> int:
        match node:
            case Take(test):
                return self.add(test, end)
            case Row(parts):
                for part in reversed(parts):
                    end = self.build(part, end)
                return end
            case Either(branches):
                return self.add(None, *(self.build(branch, end) for branch in branches))
            case Repeat(part, least, most):
                return self._build_repeat(part, least, most, end)

    def _build_repeat(self, part: Node, least: int, most: int | None, end: int) -> int:
        if most is None:
            loop = self.add(None)
            start = self.build(part, loop)
            self.steps[loop] = _Step(None, (start, end))
            end = loop
        else:
            beyond = end
            for _ in range(most - least):
                end = self.add(None, self.build(part, end), beyond)
        for _ in range(least):
            end = self.build(part, end)
        return end


class Effort:
    """Counts steps; raises ScoringRefused when there are more than ``MOST_WORK``."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps = 0

    def follow(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_WORK:
            raise ScoringRefused("A pattern and a response are too long to be matched.")


class Pattern:
    """A pattern of XML Schema, ready to match."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PATTERN:
            raise PatternUnsound(f"it has over {LONGEST_PATTERN} characters")
        machine = _Machine()
        self._first = machine.build(PatternParser(text).whole(), 0)
        self._steps = machine.steps

    @staticmethod
    @functools.lru_cache(maxsize=1024)
    def read(text: str) -> "Pattern":
        """Raises PatternUnsound; equal texts give the same pattern."""
        return Pattern(text)

    def matches(self, text: str, follow: Callable[[int], None] | None = None) -> bool:
        """Whether the whole text matches; raises ScoringRefused when that is too much work.

        ``follow`` is told the steps as they are made, to count them over several matches.
        """
        follow = follow or Effort().follow
        states = self._reached([self._first])
        for one in text:
            taken = []
            for state in states:
                step = self._steps[state]
                if step.test is not None and step.test(one):
                    taken.append(step.to[0])
            states = self._reached(taken)
            follow(len(states) + 1)
            if not states:
                return False
        return 0 in states

    def _reached(self, states: list[int]) -> set[int]:
        reached: set[int] = set()
        waiting = states
        while waiting:
            state = waiting.pop()
            if state in reached:
                continue
            reached.add(state)
            step = self._steps[state]
            if step.test is None:
                waiting.extend(step.to)
        return reached
