"""The pages, one module an audience: every page a GET that survives reload, every act a POST."""

from exam_engine.web.pages import analysis, bank, candidate, entrance, exam, proctor, trying

ROUTES = [
    *entrance.ROUTES,
    *candidate.ROUTES,
    *exam.ROUTES,
    *proctor.ROUTES,
    *trying.ROUTES,
    *bank.ROUTES,
    *analysis.ROUTES,
]
