"""Simulate what an examination leaves: responses, times, copying, DIF, drift and missing forms.

`simulate` draws everything from one random generator; the other functions make its arguments.
"""

from psychometrics.simulation.administration import Simulation, simulate
from psychometrics.simulation.conduct import (
    Copying,
    ResponseTimes,
    draw_copying,
    draw_response_times,
)
from psychometrics.simulation.designs import assign_forms, draw_forms
from psychometrics.simulation.items import change_items, draw_items, drift_items

__all__ = [
    "Copying",
    "ResponseTimes",
    "Simulation",
    "assign_forms",
    "change_items",
    "draw_copying",
    "draw_forms",
    "draw_items",
    "draw_response_times",
    "drift_items",
    "simulate",
]
