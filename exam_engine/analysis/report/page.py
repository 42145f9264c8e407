"""The page and its parts: notices, facts, tables, figures; every text is escaped here."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib import resources
from typing import Any

import numpy as np

from exam_engine.analysis.plots.svg import Figure

UNDEFINED = '<span aria-hidden="true">–</span><span class="vh">undefined</span>'
ROWS_SHOWN = 1000


def page(
    title: str, lead: str, sections: Sequence[tuple[str, str, str]], top: str, made: str
) -> str:
    """A whole document.

    Parameters
    ----------
    title, lead : str
        Text.
    sections : sequence of (id, heading, html)
    top : str
        HTML above the first section: warnings and key figures.
    made : str
        Text of the footer.
    """
    css = style()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    contents = "".join(f'<li><a href="#{key}">{escape(head)}</a></li>' for key, head, _ in sections)
    body = "".join(
        f'<section id="{key}" aria-labelledby="{key}-h"><h2 id="{key}-h">{escape(head)}</h2>'
        f"{html}</section>\n"
        for key, head, html in sections
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{css}</style>\n</head>\n<body>\n"
        f'<div class="sheet">\n<header><h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p>'
        f'</header>\n<main>\n{top}\n<nav aria-label="Contents"><ul class="contents">{contents}</ul>'
        f"</nav>\n{body}</main>\n"
        f'<footer><p class="note">{escape(made)}</p></footer>\n</div>\n</body>\n</html>\n'
    )


@cache
def style() -> str:
    """The style sheet of all reports."""
    return resources.files("exam_engine.analysis.report").joinpath("report.css").read_text("utf-8")


def moment(now: datetime) -> str:
    """A date and time in a footer: 2026-03-14 09:00 UTC."""
    return f"{now:%Y-%m-%d %H:%M} UTC"


def paragraph(words: str, class_: str = "") -> str:
    return f"<p{_class(class_)}>{escape(words)}</p>"


def listed(sentences: Iterable[str]) -> str:
    """Sentences as a list; nothing if there are none."""
    entries = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    return f"<ul>{entries}</ul>" if entries else ""


def notice(tone: str, heading: str, sentences: Sequence[str]) -> str:
    """A warning or remark at the top; ``tone`` is info, ok, warn or bad."""
    body = paragraph(sentences[0]) if len(sentences) == 1 else listed(sentences)
    return f'<div class="notice {tone}"><h2>{escape(heading)}</h2>{body}</div>'


def facts(pairs: Iterable[tuple[str, str, str]]) -> str:
    """Key figures: name, value, and a small line under it."""
    parts = []
    for name, value, small in pairs:
        under = f"<small>{escape(small)}</small>" if small else ""
        parts.append(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}{under}</dd></div>")
    return f'<dl class="facts">{"".join(parts)}</dl>'


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    links: Sequence[str | None] = (),
    words: Sequence[str] = (),
) -> str:
    """A table whose first column names its rows.

    Parameters
    ----------
    links : sequence of str or None
        Where the name of each row leads.
    words : sequence of str
        Columns of text, which stand at the left.
    """
    left = {i for i, name in enumerate(columns) if name in words}
    head = "".join(
        f'<th scope="col"{_class("word" if i in left or i == 0 else "")}>{escape(name)}</th>'
        for i, name in enumerate(columns)
    )
    body = []
    for number, row in enumerate(rows):
        link = links[number] if number < len(links) else None
        first = shown(row[0])
        name = f'<a href="{escape(link)}">{first}</a>' if link else first
        cells = "".join(
            f"<td{_class('word' if i in left else '')}>{shown(value)}</td>"
            for i, value in enumerate(row[1:], 1)
        )
        body.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def figure(drawn: Figure, *, heading: bool = False) -> str:
    """A picture, how to read it, and the table behind it."""
    caption = f"<figcaption>{escape(drawn.caption)}</figcaption>" if drawn.caption else ""
    head = f"<h3>{escape(drawn.title)}</h3>" if heading else ""
    if drawn.rows:
        behind = table(drawn.title, drawn.columns, drawn.rows[:ROWS_SHOWN])
        behind = f"<details><summary>Table</summary>{behind}</details>"
    else:
        behind = "<details><summary>Table</summary>" + paragraph("No figures.", "note")
        behind += f"{table(drawn.title, drawn.columns, ())}</details>"
    return f"{head}<figure>{drawn.svg}<div>{caption}{behind}</div></figure>"


def flag_words(flags: Iterable[str]) -> "Html":
    """Flags as badges, in words."""
    return Html(
        "".join(f'<span class="flag">{escape(flag.replace("_", " "))}</span>' for flag in flags)
    )


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def shown(value: Any) -> str:
    """A cell: two decimals for numbers, three for small ones, commas in counts, a true minus."""
    if isinstance(value, Html):
        return value
    if value is None:
        return UNDEFINED
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return minus(f"{value:,}")
    if isinstance(value, float | np.floating):
        return escape(minus(decimal(float(value)))) if np.isfinite(value) else UNDEFINED
    return escape(str(value))


def decimal(value: float) -> str:
    """Two decimals; three where two would hide the number, and a bound where those would."""
    size = abs(value)
    if size >= 0.005 or size == 0.0:
        return f"{value:,.2f}"
    return f"{value:.3f}" if size >= 0.0005 else f"{'-' if value < 0 else ''}<0.001"


def minus(text: str) -> str:
    """A true minus sign, and none before a zero."""
    if text.startswith("-") and not text.strip("-0.,"):
        text = text[1:]
    return text.replace("-", "\N{MINUS SIGN}")


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
