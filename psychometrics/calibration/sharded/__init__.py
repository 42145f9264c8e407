"""Calibration of more candidates than one array holds, by one process or by several.

Answers come as `Sheet`s, each of some persons to the items they were given: what nobody was given
takes no place.  They are kept in shards of a fixed size; each E-step is a sum over shards in their
order, so the digits do not depend on who computes them.
"""

from psychometrics.calibration.sharded.calibrate import calibrate_sheets
from psychometrics.calibration.sharded.sheets import Sheet, sheets_of
from psychometrics.calibration.sharded.workers import Here, Workers

__all__ = ["Here", "Sheet", "Workers", "calibrate_sheets", "sheets_of"]
