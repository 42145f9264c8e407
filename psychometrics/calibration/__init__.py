"""Calibration: item parameters from responses, by marginal maximum likelihood.

In the order of reading: `calibrate` (the whole in a page), `screening` (what data is refused or
left out), `layout` and `arrangement` (which parameters are free), `sample` and `features` (the
responses as the kernels read them), `start`, `expectation` and `maximization` (one EM cycle),
`estimation` and `acceleration` (the iteration), `information` (standard errors), `report` and
`result` (what comes out), `priors`; `sharded` (more candidates than one array holds).
"""

from psychometrics.calibration.calibrate import calibrate
from psychometrics.calibration.priors import Beta, LogitNormal, LogNormal, Normal, Prior
from psychometrics.calibration.result import Calibration, Certificate, Flag

__all__ = [
    "Beta",
    "Calibration",
    "Certificate",
    "Flag",
    "LogNormal",
    "LogitNormal",
    "Normal",
    "Prior",
    "calibrate",
]
