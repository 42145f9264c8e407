"""What flags mean, in words for those who decide about items."""

from collections.abc import Iterable, Mapping, Sequence

GROUPS: Sequence[tuple[str, str, frozenset[str]]] = (
    (
        "Check the key",
        "Better persons do worse or no better on these items: read them first.",
        frozenset({"negative_slope", "flat_slope", "negative_discrimination", "check_key"}),
    ),
    (
        "Noisier than the model",
        "Answers depend on more than ability: guessing, a second right option, unclear wording.",
        frozenset({"infit_high", "outfit_high", "s_x2", "low_discrimination"}),
    ),
    (
        "Tied to another item",
        "They share more than ability explains: a text, a clue, or the same answers.",
        frozenset({"dependent", "duplicate_item"}),
    ),
    (
        "Too little known, or extreme",
        "Few responses, or parameters at the edge of what data can tell.",
        frozenset(
            {"few_responses", "large_difficulty", "steep_slope", "at_bound", "very_easy"}
            | {"very_hard", "undefined_correlation", "no_responses", "all_same"}
        ),
    ),
    (
        "Idle distractors",
        "Some wrong options draw almost nobody.",
        frozenset({"idle_distractor"}),
    ),
    (
        "More predictable than the model",
        "Rarely a fault; often items that sum up others.",
        frozenset({"infit_low", "outfit_low"}),
    ),
)
NO_REMARK = "No remark"

MEANINGS: Mapping[str, str] = {
    "negative_slope": "better persons do worse on it",
    "flat_slope": "it says nothing about ability",
    "negative_discrimination": "better persons do worse on it",
    "low_discrimination": "it hardly tells strong from weak persons",
    "check_key": "another option looks like the right one",
    "infit_high": "noisy for persons at its level",
    "outfit_high": "surprising answers from persons far from its level",
    "infit_low": "more predictable than expected at its level",
    "outfit_low": "more predictable than expected far from its level",
    "s_x2": "its curve does not follow the raw score",
    "dependent": "tied to another item beyond ability",
    "duplicate_item": "same answers as another item",
    "few_responses": "few responses",
    "large_difficulty": "b beyond 6 logits",
    "steep_slope": "nearly a step",
    "at_bound": "a parameter at the end of its range",
    "very_easy": "nearly everybody is right",
    "very_hard": "nearly everybody is wrong",
    "undefined_correlation": "correlations are undefined",
    "idle_distractor": "an option that nobody needs",
    "all_same": "everybody gave the same answer",
    "no_responses": "nobody answered it",
    "anchor": "fixed, not estimated",
}
HARMLESS = frozenset({"anchor", "no_standard_errors", "infit_low", "outfit_low", "idle_distractor"})


def serious(flags: Iterable[str]) -> list[str]:
    """The flags that call for a look at the item."""
    return [flag for flag in flags if flag not in HARMLESS]


def group_of(flags: Iterable[str]) -> str:
    """The first group that one of the flags belongs to."""
    found = set(flags)
    return next((head for head, _, words in GROUPS if found & words), NO_REMARK)
