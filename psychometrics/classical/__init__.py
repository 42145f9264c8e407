"""Classical test analysis: items, options and the reliability of the sum score."""

from psychometrics.classical.items import ItemAnalysis, analyse_items
from psychometrics.classical.options import OptionTable, analyse_options
from psychometrics.classical.reliability import Coefficient, Reliability, reliability

__all__ = [
    "Coefficient",
    "ItemAnalysis",
    "OptionTable",
    "Reliability",
    "analyse_items",
    "analyse_options",
    "reliability",
]
