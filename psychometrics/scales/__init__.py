"""The reported scale: conversion tables with the cut fixed, and true scores.

`conversion_table` places the raw scores of a form on the scale; `true_score` and `theta_at` carry
a standard from one form to another by way of theta.
"""

from psychometrics.scales.conversion import ConversionTable, conversion_table
from psychometrics.scales.flags import ScaleFlag
from psychometrics.scales.true_scores import theta_at, true_score

__all__ = ["ConversionTable", "ScaleFlag", "conversion_table", "theta_at", "true_score"]
