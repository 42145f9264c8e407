"""A run's states and the only moves between them."""

from enum import StrEnum


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    APPROVED = "approved"
    REJECTED = "rejected"


STATES = tuple(RunState)

MOVES: dict[tuple[RunState, str], RunState] = {
    (RunState.QUEUED, "take"): RunState.RUNNING,
    (RunState.QUEUED, "cancel"): RunState.CANCELLED,
    (RunState.RUNNING, "cancel"): RunState.CANCELLED,
    (RunState.RUNNING, "finish"): RunState.FINISHED,
    (RunState.RUNNING, "fail"): RunState.FAILED,
    (RunState.FINISHED, "approve"): RunState.APPROVED,
    (RunState.FINISHED, "reject"): RunState.REJECTED,
}

OPEN = frozenset({RunState.QUEUED, RunState.RUNNING})
"""A worker has still to do with it."""

COMPUTED = frozenset({RunState.FINISHED, RunState.APPROVED, RunState.REJECTED})
"""It has parameters to look at."""


def after(state: RunState, verb: str) -> RunState | None:
    """The state that ``verb`` leads to, or None where it is not allowed."""
    return MOVES.get((state, verb))


class Stage(StrEnum):
    """The steps of a run, each durable; a worker that dies is followed by one that goes on with
    the first that is not done."""

    FREEZE = "freeze"
    CALIBRATE = "calibrate"
    FIT = "fit"
    CLASSICAL = "classical"
    INFORMATION = "information"
    FINISH = "finish"


STAGES = tuple(Stage)

DOING = {
    Stage.FREEZE: "Freezing the data",
    Stage.CALIBRATE: "Estimating parameters and their errors",
    Stage.FIT: "Comparing the model with the answers",
    Stage.CLASSICAL: "Classical figures and key checks",
    Stage.INFORMATION: "Information against the cut",
    Stage.FINISH: "Storing the outcome",
}
"""What people are told that a stage does."""

MOST_TRIES = 3
"""How often a stage is begun before its run is given up."""
