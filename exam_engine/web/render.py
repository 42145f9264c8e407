"""The template environment: what every page may use, and the one renderer of a question."""

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar
from litestar.plugins.jinja import JinjaTemplateEngine

from exam_engine.delivery.states import TERMINAL
from exam_engine.web import assets
from exam_engine.web.views import ShownQuestion

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"


def clock(milliseconds: int) -> str:
    """Time left as 1:12:05."""
    seconds = max(milliseconds, 0) // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def duration(seconds: int) -> str:
    """A length of time in words: 2 hours, 1 hour 30 minutes."""
    hours, minutes = divmod(round(seconds / 60), 60)
    words = [_counted(hours, "hour")] if hours else []
    if minutes or not hours:
        words.append(_counted(minutes, "minute"))
    return " ".join(words)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def day(instant: datetime) -> str:
    """March 14, 2026, 9:00 a.m. UTC."""
    half = "a.m." if instant.hour < 12 else "p.m."
    hour = f"{instant.hour % 12 or 12}:{instant:%M} {half}"
    return f"{instant:%B} {instant.day}, {instant.year}, {hour} UTC"


def hm(instant: datetime) -> str:
    return f"{instant:%H:%M}"


def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["asset"] = assets.address
    found.filters.update(
        clock=clock, duration=duration, day=day, hm=hm, iso=lambda instant: instant.isoformat()
    )
    return found


def engine() -> JinjaTemplateEngine:
    return JinjaTemplateEngine.from_environment(environment())


def question(app: Litestar, shown: ShownQuestion, count: int, state: str) -> str:
    """One question as the page shows it; preview, page and player share this fragment."""
    assert app.template_engine is not None  # noqa: S101 - configured in app.py
    template = app.template_engine.get_template("candidate/_question.html")
    return str(template.render(question=shown, count=count, ended=state in TERMINAL))
