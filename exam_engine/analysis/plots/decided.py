"""Of a thousand candidates: who is decided rightly, and who is not."""

from exam_engine.analysis.decisions import CALLED, Judged
from exam_engine.analysis.plots.svg import Figure, line, picture, tag, text

LEFT, WIDTH, BAR, ROW = 8.0, 604.0, 30.0, 92.0
SEGMENTS = (
    ("fail, rightly", "fill s5"),
    ("fail, but should pass", "fill s4"),
    ("pass, but should fail", "fill s3"),
    ("pass, rightly", "fill s2"),
)


def decided(found: Judged) -> Figure:
    """A bar for each method and cut: four kinds of decisions, per thousand candidates."""
    rows = decided_rows(found)
    parts = [_legend()]
    several = len(found.cuts) > 1
    for number, (method, cut, *shares) in enumerate(rows):
        top = 62 + number * ROW
        words = CALLED[method] + (f", cut {cut:g}" if several else "")
        parts.append(text(LEFT, top, words, class_="label"))
        parts += _bar(top + 22, shares)
    title = "Of 1,000 candidates"
    worst = max((row[3] + row[4] for row in rows), default=0)
    description = f"At most {worst} of 1,000 candidates would be decided wrongly, by any method."
    return Figure(
        "decided",
        title,
        description,
        picture("decided", title, description, 620, 62 + len(rows) * ROW - 8, *parts),
        "Those decided wrongly are near the cut, where an error of measurement is enough. Moving "
        "the cut trades one kind for the other; more or better items lessen both.",
        ("method", "cut", *(name for name, _ in SEGMENTS)),
        tuple((CALLED[row[0]], float(row[1]), *row[2:]) for row in rows),
    )


def decided_rows(found: Judged) -> list[tuple[str, float, int, int, int, int]]:
    """Method, cut in points, and candidates per thousand in the order of `SEGMENTS`."""
    rows = []
    for method, decisions in found.by.items():
        for k, (cut, one) in enumerate(zip(found.cuts, decisions.cuts, strict=True)):
            table = decisions.true_by_observed
            wrong = (round(1000 * one.false_negative), round(1000 * one.false_positive))
            fail = round(1000 * float(table[: k + 1, : k + 1].sum()))
            rows.append((method, cut.points, fail, *wrong, 1000 - fail - sum(wrong)))
    return rows


def _legend() -> str:
    parts, x = [], LEFT
    for name, class_ in SEGMENTS:
        parts.append(tag("rect", x=x, y=10.0, width=12.0, height=12.0, class_=class_))
        parts.append(text(x + 17, 20, name))
        x += 40 + 6.6 * len(name)
    return "".join(parts)


def _bar(top: float, shares: list[int]) -> list[str]:
    parts, x = [], LEFT
    edges = []
    for share, (_, class_) in zip(shares, SEGMENTS, strict=True):
        width = WIDTH * share / 1000
        edges.append((x, x + width))
        if share:
            parts.append(
                tag(
                    "rect",
                    x=x + 0.5,
                    y=top - 10,
                    width=max(width - 1, 0.8),
                    height=BAR,
                    class_=class_,
                )
            )
        x += width
    below = top - 10 + BAR + 16
    parts.append(text(edges[0][0], below, f"{shares[0]:,}", class_="name key"))
    parts.append(text(edges[3][1], below, f"{shares[3]:,}", text_anchor="end", class_="name key"))
    for k, anchor, shift in ((1, "end", 2.0), (2, "start", -2.0)):
        middle = sum(edges[k]) / 2
        parts.append(line(middle, top - 10 + BAR, middle, below - 11, "axis"))
        x = min(max(middle + shift, LEFT + 60), LEFT + WIDTH - 60)
        parts.append(text(x, below, f"{shares[k]:,}", text_anchor=anchor, class_="name key"))
    return parts
