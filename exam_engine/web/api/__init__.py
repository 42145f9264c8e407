"""The JSON API, one module a resource."""

from exam_engine.web.api import (
    accounts,
    attempts,
    calibrations,
    evidence,
    items,
    parameters,
    results,
    sittings,
    trying,
    usage,
)

ROUTES = [
    *accounts.ROUTES,
    *attempts.ROUTES,
    *results.ROUTES,
    *sittings.ROUTES,
    *evidence.ROUTES,
    *items.ROUTES,
    *trying.ROUTES,
    *calibrations.ROUTES,
    *parameters.ROUTES,
    *usage.ROUTES,
]
