"""How well items, persons and whole calibrations fit the data.

======================  ==========================================================================
items                   `s_x2`, `theta_groups` (X2, G2), `item_mean_squares`, `item_zh`
persons                 `person_fit` (lz, lz*, Zh), `person_mean_squares`
pairs of items          `q3`, `ld_x2`
the whole calibration   `limited_information` (M2, M2*, C2 with RMSEA, SRMSR, CFI, TLI),
                        `full_information` (G2, X2)
======================  ==========================================================================

All take item parameters as given; `free_parameters` says what their estimation cost in degrees of
freedom.  Each says in its docstring what it does with responses not administered.
"""

from psychometrics.fit.free_parameters import FreeParameters, free_parameters
from psychometrics.fit.limited_information import LimitedInformation, limited_information
from psychometrics.fit.local_dependence import LocalDependence, ResidualCorrelations, ld_x2, q3
from psychometrics.fit.mean_squares import MeanSquares, item_mean_squares, person_mean_squares
from psychometrics.fit.patterns import FullInformation, full_information
from psychometrics.fit.person import ItemLikelihoodFit, PersonFit, item_zh, person_fit
from psychometrics.fit.score_groups import ItemChiSquare, s_x2
from psychometrics.fit.theta_groups import ThetaGroups, theta_groups

__all__ = [
    "FreeParameters",
    "FullInformation",
    "ItemChiSquare",
    "ItemLikelihoodFit",
    "LimitedInformation",
    "LocalDependence",
    "MeanSquares",
    "PersonFit",
    "ResidualCorrelations",
    "ThetaGroups",
    "free_parameters",
    "full_information",
    "item_mean_squares",
    "item_zh",
    "ld_x2",
    "limited_information",
    "person_fit",
    "person_mean_squares",
    "q3",
    "s_x2",
    "theta_groups",
]
