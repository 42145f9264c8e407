"""Adaptive tests: which item next, when to stop, and what a whole programme of sessions would do.

- `next_item`: one live session; `simulate_sessions`: many in lock-step; the same choices
- `Criterion`: what a choice maximises
- `Randomesque`, `Progressive`, `Proportional`, `SympsonHetter`: chance against exposure;
  `exposure_parameters` calibrates the last
- `ContentBalance`, `AStratified`: hooks that narrow the choice; anything callable alike will do
- `Stopping` by length, precision, `ConfidenceInterval` or `SequentialTest`; `stop_now` for one
  live session

In the order of reading: `pool` (tables of a bank), `states` (what is known of sessions),
`criteria`, `choice`, `rule`, then the two ways in; for speed alone, `compression`,
`approximations` and `shortlist`, which leave the criterion few items to compare.
"""

from psychometrics.selection.choice import Progressive, Proportional, Randomesque, SympsonHetter
from psychometrics.selection.constraints import AStratified, Constraint, ContentBalance
from psychometrics.selection.criteria import Criterion
from psychometrics.selection.exposure import Exposure, exposure_parameters
from psychometrics.selection.flags import SelectionFlag
from psychometrics.selection.live import Choice, next_item
from psychometrics.selection.sessions import Sessions, simulate_sessions
from psychometrics.selection.stopping import (
    ConfidenceInterval,
    SequentialTest,
    Stop,
    Stopping,
    stop_now,
)

__all__ = [
    "AStratified",
    "Choice",
    "ConfidenceInterval",
    "Constraint",
    "ContentBalance",
    "Criterion",
    "Exposure",
    "Progressive",
    "Proportional",
    "Randomesque",
    "SelectionFlag",
    "SequentialTest",
    "Sessions",
    "Stop",
    "Stopping",
    "SympsonHetter",
    "exposure_parameters",
    "next_item",
    "simulate_sessions",
    "stop_now",
]
