"""What the response processing of an item of QTI 1.2 says of right and wrong.

A condition is not run but understood: the patterns that exports hold are known, and what is not
among them is refused.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from lxml import etree

from item_bank.errors import ContentUnsound
from item_bank.formats.shares import number_of
from item_bank.items import plain_text
from item_bank.qti.documents import local_name
from item_bank.qti.questions import NONE, AcceptedNumber, AcceptedText


class _Rule(NamedTuple):
    """One condition: the tests in it that are not negated, what it earns, what it shows."""

    tests: tuple[etree._Element, ...]
    negated: tuple[etree._Element, ...]
    score: Decimal | None
    feedback: str | None


class Scoring:
    def __init__(self, item: etree._Element) -> None:
        self._rules = [_rule(one) for one in item.iterfind("{*}resprocessing/{*}respcondition")]

    @property
    def has_values(self) -> bool:
        """Whether anything is compared with anything."""
        return any(rule.tests for rule in self._rules)

    def _earning(self) -> Iterator[_Rule]:
        return (rule for rule in self._rules if rule.score is not None and rule.tests)

    def shares(self, together: bool = False) -> dict[str, Decimal]:
        """What each option earns, of the largest value, or of all that can be had ``together``."""
        scores: dict[str, Decimal] = {}
        for rule in self._earning():
            if len(rule.tests) == 1 and rule.score is not None:
                scores[_value(rule.tests[0])] = rule.score
        positive = [score for score in scores.values() if score > NONE]
        if not positive:
            return {}
        whole = sum(positive, NONE) if together else max(positive)
        return {ident: max(score / whole, Decimal(-1)) for ident, score in scores.items()}

    def whole(self) -> set[str]:
        """The options that together, and only they, earn the mark; empty where each counts."""
        for rule in self._earning():
            if rule.negated or len(rule.tests) > 1:
                return {_value(test) for test in rule.tests}
        return set()

    def value_of(self, response: str) -> str:
        """What is right for one response; empty where nothing is."""
        return next(iter(self.values_of(response)), "")

    def values_of(self, response: str) -> list[str]:
        """All that is right for one response, in the order of the file."""
        return [
            _value(test)
            for rule in self._earning()
            if rule.score and rule.score > NONE
            for test in rule.tests
            if test.get("respident") == response
        ]

    def feedback_of(self, ident: str) -> str | None:
        """The feedback that is shown when just this option is chosen."""
        for rule in self._rules:
            if rule.feedback and [_value(test) for test in rule.tests] == [ident]:
                return rule.feedback
        return None

    def texts(self, response: str | None = None) -> tuple[AcceptedText, ...]:
        """The typed answers that earn something, of one response or of the only one."""
        largest = max((rule.score or NONE for rule in self._earning()), default=NONE)
        accepted = []
        for rule in self._earning():
            if not rule.score or rule.score <= NONE:
                continue
            for test in rule.tests:
                if local_name(test) != "varequal":
                    name = local_name(test)
                    raise ContentUnsound(f"Typed answers are not compared with {name} here.")
                if response in (None, test.get("respident")):
                    match_case = test.get("case", "No") == "Yes"
                    text = plain_text(test.text or "")
                    accepted.append(AcceptedText(text, rule.score / largest, match_case))
        return tuple(accepted)

    def numbers(self) -> tuple[tuple[AcceptedNumber, ...], bool]:
        """The ranges that earn the mark; and whether an end that was outside is now inside."""
        accepted: list[AcceptedNumber] = []
        opened = False
        largest = max((rule.score or NONE for rule in self._earning()), default=NONE)
        for rule in self._earning():
            if not rule.score or rule.score <= NONE:
                continue
            values = {"varequal": list[Decimal](), "low": list[Decimal](), "high": list[Decimal]()}
            for test in rule.tests:
                name = local_name(test)
                opened = opened or name in ("vargt", "varlt")
                side = {"vargt": "low", "vargte": "low", "varlt": "high", "varlte": "high"}
                values[side.get(name, "varequal")].append(number_of(_value(test)))
            share = rule.score / largest
            exact, lows, highs = values["varequal"], values["low"], values["high"]
            if lows and highs and len(lows) == len(highs):
                for low, high in zip(lows, highs, strict=True):
                    middle = next((one for one in exact if low <= one <= high), (low + high) / 2)
                    accepted.append(AcceptedNumber(middle, low, high, share))
                exact = [one for one in exact if not _in_any(one, accepted)]
            elif lows or highs:
                raise ContentUnsound("A range of numbers has one end only.")
            accepted += [AcceptedNumber(one, one, one, share) for one in exact]
        return tuple(accepted), opened


def _in_any(number: Decimal, ranges: list[AcceptedNumber]) -> bool:
    return any(one.low <= number <= one.high for one in ranges)


def _rule(condition: etree._Element) -> _Rule:
    tests: list[etree._Element] = []
    negated: list[etree._Element] = []
    for test in condition.iterfind("{*}conditionvar//*"):
        if not local_name(test).startswith("var"):
            continue
        inside_not = any(local_name(parent) == "not" for parent in test.iterancestors())
        (negated if inside_not else tests).append(test)
    score: Decimal | None = None
    for one in condition.iterchildren("{*}setvar"):
        amount = number_of(one.text or "")
        score = amount if one.get("action", "Set") != "Subtract" else -amount
    shown = condition.find("{*}displayfeedback")
    feedback = None if shown is None else shown.get("linkrefid")
    return _Rule(tuple(tests), tuple(negated), score, feedback)


def _value(test: etree._Element) -> str:
    return plain_text(test.text or "")
