"""The pages, one module an audience: every page a GET that survives reload, every act a POST."""

from exam_engine.web.pages import (
    analysis,
    bank,
    candidate,
    entrance,
    equating,
    exam,
    past_administrations,
    proctor,
    releases,
    standards,
    trying,
)

ROUTES = [
    *entrance.ROUTES,
    *candidate.ROUTES,
    *exam.ROUTES,
    *proctor.ROUTES,
    *trying.ROUTES,
    *bank.ROUTES,
    *analysis.ROUTES,
    *past_administrations.ROUTES,
    *equating.ROUTES,
    *releases.ROUTES,
    *standards.ROUTES,
]
