"""What a rehearsal found: counts, percentiles, and what was acknowledged against what is stored."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Key = tuple[int, int]
"""An answer within its attempt: (lease, sequence)."""

TIMED = ("sign_in", "check_in", "start", "questions", "save", "heartbeat", "submit", "result")
"""What is reported with percentiles, as ``start_ms`` and so on."""


@dataclass(slots=True)
class Tally:
    """What all candidates count together while they play.

    ``acknowledged`` holds, by attempt, the hash that each receipt gave.  ``lateness_ms`` is how
    long after its planned moment a save left: where it is high, the generator was too slow and
    the other figures are not the server's.
    """

    requests: int = 0
    retries: int = 0
    starts: int = 0
    saves: int = 0
    submits: int = 0
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lateness_ms: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, dict[Key, str]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True, slots=True)
class Audited:
    """What the server can prove of one attempt; ``accepted`` are the hashes in its log."""

    chain_intact: bool
    accepted: Mapping[Key, str]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Milliseconds; None where nothing was measured."""

    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process took: CPU seconds since a moment, and the most memory it ever held."""

    cpu_seconds: float
    rss_mb: float


def percentiles(values: Iterable[float]) -> Percentiles:
    """By nearest rank: each is a value that was really measured."""
    ordered = sorted(values)
    return Percentiles(*(_percentile(ordered, share) for share in (0.5, 0.95, 0.99)))


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    if not ordered:
        return None
    return round(ordered[max(math.ceil(share * len(ordered)), 1) - 1], 1)


def list_lost(acknowledged: Mapping[Key, str], accepted: Mapping[Key, str]) -> list[Key]:
    """Answers with a receipt that the log does not hold, or holds under another hash."""
    return [key for key, digest in acknowledged.items() if accepted.get(key) != digest]


def summarise(
    tally: Tally,
    audited: Mapping[str, Audited],
    *,
    candidates: int,
    minutes: float,
    seed: int,
    server: Usage | None,
    generator_cpu_seconds: float,
) -> dict[str, Any]:
    """The JSON object that the command prints.

    ``server`` is None where the server is not our own process.  An attempt that could not be
    audited counts with all its answers as lost.
    """
    nothing = Audited(chain_intact=False, accepted={})
    lost = sum(
        len(list_lost(answers, audited.get(attempt, nothing).accepted))
        for attempt, answers in tally.acknowledged.items()
    )
    return {
        "candidates": candidates,
        "minutes": minutes,
        "seed": seed,
        "starts": tally.starts,
        "saves": tally.saves,
        "submits": tally.submits,
        "requests": tally.requests,
        "retries": tally.retries,
        "errors": tally.errors.total(),
        "error_kinds": dict(tally.errors.most_common()),
        "acknowledged": sum(len(answers) for answers in tally.acknowledged.values()),
        "stored": sum(len(one.accepted) for one in audited.values()),
        "lost": lost,
        "chains_verified": sum(one.chain_intact for one in audited.values()),
        "chains_broken": sum(not one.chain_intact for one in audited.values()),
        **{f"{what}_ms": asdict(percentiles(tally.milliseconds[what])) for what in TIMED},
        "lateness_ms": asdict(percentiles(tally.lateness_ms)),
        "server_cpu_seconds": round(server.cpu_seconds, 2) if server else None,
        "server_rss_mb": round(server.rss_mb, 1) if server else None,
        "generator_cpu_seconds": round(generator_cpu_seconds, 2),
    }


def is_sound(summary: Mapping[str, Any]) -> bool:
    """Whether the day would have gone well: nothing failed, nothing lost, everybody finished."""
    faults = summary["errors"] + summary["lost"] + summary["chains_broken"]
    return bool(faults == 0 and summary["submits"] == summary["candidates"])
