"""An item, read and compiled: its scoring, and what is shown of it."""

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree

from item_bank.errors import ResponseUnsound
from item_bank.qti.contents import ContentReader, Contents, Scope
from item_bank.qti.declarations import BUILT_IN, Kind, Variable
from item_bank.qti.expressions import State
from item_bank.qti.findings import Finding, Findings
from item_bank.qti.interactions import PARTS, Interaction, parts_within
from item_bank.qti.printing import printed
from item_bank.qti.processing import ConstraintFailed, Rule
from item_bank.qti.reading import child, children
from item_bank.qti.responses import response_of
from item_bank.qti.values import Json, Value, is_null, json_of

MOST_RESTARTS = 100
"""Of template processing, for constraints that do not hold."""
RESTART_COSTS = 1_000
"""Of the work that one scoring may make."""


@dataclass(frozen=True, slots=True)
class CandidateItem:
    """All that a candidate may see. No class in it has a field for a key, a mapping, feedback, or
    the title, which may hint at the answer.
    """

    language: str
    body: Contents

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """In the order of the body."""
        return tuple(part for part in parts_within(self.body) if isinstance(part, Interaction))


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback that an outcome calls for, to be shown by itself after the answer."""

    identifier: str
    title: str
    content: Contents


@dataclass(frozen=True, slots=True)
class ResponsesRead:
    """``values`` has every response variable, NULL where it was refused; ``refused`` says why."""

    values: Mapping[str, Value]
    refused: tuple[ResponseUnsound, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Item:
    """``interactions`` are all that the body holds, whatever shows only at times.

    ``is_scored``: it has response processing. ``is_external``: a person or another system scores
    an outcome. ``findings`` are warnings: an item with errors is not made.
    """

    identifier: str
    title: str
    language: str
    is_adaptive: bool
    is_time_dependent: bool
    is_scored: bool
    is_external: bool
    variables: Mapping[str, Variable]
    interactions: tuple[Interaction, ...]
    findings: tuple[Finding, ...]
    _root: etree._Element = field(repr=False)
    _template_rules: Rule | None = field(repr=False)
    _rules: tuple[Rule, ...] = field(repr=False)
    _plain: CandidateItem | None = field(repr=False)
    """The candidate's view, where it is the same for every seed."""

    # ---- responses and scores

    def read_responses(self, responses: Mapping[str, Json]) -> ResponsesRead:
        """Responses typed as the item declares them; what is no value of its type is refused."""
        refused = []
        values: dict[str, Value] = {}
        for identifier, variable in self.variables.items():
            if variable.kind is not Kind.RESPONSE:
                continue
            try:
                given = responses.get(identifier)
                values[identifier] = response_of(identifier, given, variable.type)
            except ResponseUnsound as error:
                refused.append(error)
                values[identifier] = None
        for identifier in responses:
            if identifier not in values:
                sentence = "the item has no response of this name"
                refused.append(ResponseUnsound(str(identifier)[:60], sentence))
        return ResponsesRead(MappingProxyType(values), tuple(refused))

    def score(
        self,
        responses: Mapping[str, Value],
        *,
        seed: int = 0,
        attempt: int = 1,
        before: Mapping[str, Json] | None = None,
    ) -> dict[str, Json]:
        """The outcome variables by identifier, as JSON; completionStatus for adaptive items only.

        ``responses`` are typed, as ``read_responses`` gives them; missing ones are NULL. ``seed``
        is that of the candidate's view. For an adaptive item ``before`` are the outcomes of the
        attempt before and ``attempt`` its number; for others each attempt starts afresh. Raises
        ScoringRefused.
        """
        state = self._started(seed)
        for identifier, variable in self.variables.items():
            given = responses.get(identifier)
            if variable.kind is Kind.RESPONSE and not (given is None and identifier in BUILT_IN):
                state.values[identifier] = given
        state.values["numAttempts"] = attempt
        if self.is_adaptive and before:
            self._hold_outcomes(state, before)
        elif not self.is_adaptive:
            state.values["completionStatus"] = "completed"
        state.chance = _chance(seed, "responses", attempt)
        for rules in self._rules:
            rules(state)
        return {
            identifier: json_of(state.values[identifier])
            for identifier, variable in self.variables.items()
            if variable.kind is Kind.OUTCOME and (self.is_adaptive or identifier not in BUILT_IN)
        }

    def _hold_outcomes(self, state: State, outcomes: Mapping[str, Json]) -> None:
        for identifier, json in outcomes.items():
            variable = self.variables.get(identifier)
            if variable is not None and variable.kind is Kind.OUTCOME:
                state.values[identifier] = response_of(identifier, json, variable.type)

    def template_values(self, seed: int = 0) -> dict[str, Json]:
        """The template variables as JSON, for the record of an attempt."""
        state = self._started(seed)
        return {
            identifier: json_of(state.values[identifier])
            for identifier, variable in self.variables.items()
            if variable.kind is Kind.TEMPLATE
        }

    def correct_responses(self, seed: int = 0) -> dict[str, Json]:
        """The keys, for writers and reviewers; never for a candidate."""
        return {name: json_of(value) for name, value in self._started(seed).correct.items()}

    def _started(self, seed: int) -> State:
        """The state after template processing."""
        state = _initial(self.variables, seed)
        if self._template_rules is None:
            return state
        for _ in range(MOST_RESTARTS):
            try:
                self._template_rules(state)
            except ConstraintFailed:
                again = _initial(self.variables, seed)
                again.chance, again.effort = state.chance, state.effort
                again.work = state.work - RESTART_COSTS
                state = again
            else:
                return state
        # As QTI has it, template variables keep their defaults when no constraint ever held.
        return state

    # ---- what is shown

    def present(self, seed: int = 0) -> CandidateItem:
        """What a candidate sees during a sitting. Equal seeds give equal views."""
        if self._plain is not None:
            return self._plain
        return self._shown(seed, None)

    def review(self, outcomes: Mapping[str, Json], seed: int = 0) -> CandidateItem:
        """The body with the feedback that these outcomes call for: practice, never a sitting."""
        return self._shown(seed, outcomes)

    def feedback(self, outcomes: Mapping[str, Json], seed: int = 0) -> tuple[Feedback, ...]:
        """The modal feedback that these outcomes call for: practice, never a sitting."""
        reader = self._reader(seed, outcomes)
        return tuple(
            Feedback(one.get("identifier", ""), one.get("title", ""), reader.contents(one))
            for one in children(self._root, "qti-modal-feedback")
            if reader.scope.shows_feedback(one)
        )

    def _shown(self, seed: int, outcomes: Mapping[str, Json] | None) -> CandidateItem:
        body = child(self._root, "qti-item-body")
        reader = self._reader(seed, outcomes)
        return CandidateItem(self.language, () if body is None else reader.contents(body))

    def _reader(self, seed: int, outcomes: Mapping[str, Json] | None) -> ContentReader:
        state = self._started(seed)
        kinds = {Kind.TEMPLATE, Kind.CONTEXT} if outcomes is None else set(Kind)
        self._hold_outcomes(state, outcomes or {})

        def print_variable(element: etree._Element) -> str:
            identifier = element.get("identifier", "")
            variable = self.variables.get(identifier)
            if variable is None or variable.kind not in kinds:
                return ""
            return printed(state.values[identifier], element)

        held = {name: _identifiers(value) for name, value in state.values.items()}
        of = {
            kind: {name: held[name] for name, one in self.variables.items() if one.kind is kind}
            for kind in (Kind.TEMPLATE, Kind.OUTCOME)
        }
        mathematical = frozenset(
            name for name, one in self.variables.items() if one.is_mathematical
        )
        scope = Scope(
            templates=of[Kind.TEMPLATE],
            outcomes=None if outcomes is None else of[Kind.OUTCOME],
            texts={name: printed(state.values[name], self._root) for name in mathematical},
            mathematical=mathematical,
        )
        return ContentReader(Findings(), scope, PARTS, print_variable)


def _identifiers(value: Value) -> frozenset[str]:
    if is_null(value) or isinstance(value, dict):
        return frozenset()
    values = value if isinstance(value, list) else [value]
    return frozenset(format(one, "g") if isinstance(one, float) else str(one) for one in values)


def _chance(seed: int, stream: str, attempt: int = 1) -> Callable[[], float]:
    """Random numbers that are the same on every machine: Python promises that ``random()`` of one
    integer seed never changes, and nothing else of the module is used."""
    if stream != "template":
        digest = hashlib.sha256(f"{seed}/{stream}/{attempt}".encode()).digest()
        seed = int.from_bytes(digest[:8], "big")
    return random.Random(seed).random  # noqa: S311


def _initial(variables: Mapping[str, Variable], seed: int) -> State:
    return State(
        {name: variable.initial() for name, variable in variables.items()},
        {
            name: variable.correct
            for name, variable in variables.items()
            if variable.kind is Kind.RESPONSE
        },
        {name: variable.default for name, variable in variables.items()},
        _chance(seed, "template"),
    )
