"""The pages as a browser and a reader of screens meet them."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from lxml import html as lxml_html

from exam_engine.analysis.calibration import Plan, calibrated
from exam_engine.analysis.classical import analysed
from exam_engine.analysis.dif.groups import two_groups
from exam_engine.analysis.dif.methods import Ways, compared
from exam_engine.analysis.fit import Fit, fitted, persons_fitted
from exam_engine.analysis.linking.forms import Form
from exam_engine.analysis.linking.links import LinkPlan, linked
from exam_engine.analysis.plots.svg import N_SERIES, marker, nice_ticks, number, shown
from exam_engine.analysis.populations import Populations
from exam_engine.analysis.report.calibration import Occasion, calibration_report
from exam_engine.analysis.report.classical import classical_report
from exam_engine.analysis.report.dif import dif_report
from exam_engine.analysis.report.fit import fit_report
from exam_engine.analysis.report.linking import linking_report
from exam_engine.analysis.report.page import shown as cell
from exam_engine.analysis.report.page import style
from exam_engine.analysis.report.remarks import GROUPS, HARMLESS, MEANINGS
from exam_engine.analysis.report.scores import scores_report
from exam_engine.analysis.responses import Responses, Roles, from_sheet, read_responses
from exam_engine.analysis.scoring import scored
from exam_engine.analysis.sheets import parse_csv
from psychometrics import simulate
from psychometrics.simulation import draw_items
from tests.exam_engine.analysis.pages import COMMITTEE
from tests.psychometrics.figures import OWN
from tests.psychometrics.linking.forms import own_form
from tests.server import ROOT

WHEN = Occasion(datetime(2026, 3, 14, 9, 0, tzinfo=UTC), "exam-engine irt ...", ("A <note>.",))
STANDARD = Populations.standard()


def choices() -> Responses:
    rng = np.random.default_rng(2)
    drawn = rng.choice(list("ABCD"), (90, 12), p=[0.6, 0.2, 0.18, 0.02])
    lines = [f"p{i}," + ",".join(row) for i, row in enumerate(drawn.tolist())]
    text = "\n".join(["id," + ",".join(f"<Q{j}>" for j in range(12)), *lines])
    return from_sheet(parse_csv(text.encode(), "<choices>.csv"), Roles(), labels=True)


def calibration(name: str, model: str) -> tuple[str, Fit]:
    responses = read_responses(str(OWN / "data" / f"{name}.csv"), Roles())
    models = {item: "GRM" for item in responses.items if item.startswith("G")}
    found = calibrated(responses, Plan(model, models if name == "mixed" else {}))
    fit = fitted(found.used, found.result.items, found.populations, found.free())
    return calibration_report(found, fit, WHEN), fit


def two_groups_compared() -> str:
    responses = read_responses(str(OWN / "data" / "dif.csv"), Roles(group="group"))
    groups = two_groups(responses, "group", "0", "1")
    return dif_report(compared(groups, ("mh", "logistic", "standardisation"), Ways()), WHEN)


def two_forms_linked() -> str:
    forms = []
    for path, name in (("<x>.csv", "X"), ("<y>.csv", "Y")):
        items, covariance = own_form(name)
        n, flags = (None,) * len(items), ((),) * len(items)
        forms.append(Form(path, items, n, flags, covariance, "covariance", 0, ()))
    return linking_report(linked(forms[0], forms[1], LinkPlan(remove=True)), WHEN)


FAIRNESS = {"dif": two_groups_compared, "link": two_forms_linked}
CALIBRATED = ("2PL", "mixed", "forms", "fit", "classical", "scores")


@pytest.fixture(scope="module", params=[*CALIBRATED, *FAIRNESS, *COMMITTEE])
def page(request: pytest.FixtureRequest) -> str:
    if request.param in COMMITTEE:
        return COMMITTEE[request.param]()
    if request.param in FAIRNESS:
        return FAIRNESS[request.param]()
    if request.param == "2PL":
        return calibration("twopl", "2PL")[0]
    if request.param == "mixed":
        return calibration("mixed", "2PL")[0]
    if request.param == "forms":
        return calibration("twopl_forms", "2PL")[0]
    if request.param == "classical":
        answers = choices()
        return classical_report(analysed(answers, dict.fromkeys(answers.items, "A")), WHEN)
    items = draw_items(9, "GRM", rng=np.random.default_rng(1))
    drawn = simulate(items, 150, rng=np.random.default_rng(2)).responses
    names = tuple(f"p{i}" for i in range(150))
    responses = Responses(
        "r.csv", names, items.names, drawn, (), None, None, np.arange(2, 152), {}, ()
    )
    if request.param == "scores":
        return scores_report(
            responses, items, scored(responses, items, "ML", STANDARD), STANDARD, WHEN
        )
    fit = fitted(responses, items, STANDARD)
    return fit_report(responses, fit, persons_fitted(responses, items, STANDARD), STANDARD, WHEN)


def test_it_is_well_formed_and_every_id_is_there_once(page: str) -> None:
    body = page.removeprefix("<!doctype html>\n")
    tree = lxml_html.document_fromstring(body)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for target in tree.xpath("//a/@href"):
        assert target.startswith("#")
        assert target[1:] in ids
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        etree.fromstring(svg)


def test_every_picture_has_a_title_a_description_and_a_table(page: str) -> None:
    tree = lxml_html.document_fromstring(page)
    pictures = tree.xpath("//*[@role='img']")
    assert len(pictures) == len(tree.xpath("//svg")) >= 2
    for picture in pictures:
        first, second = picture[0], picture[1]
        assert first.tag == "title"
        assert first.text
        assert second.tag == "desc"
        assert second.text
        assert picture.get("aria-labelledby").split() == [first.get("id"), second.get("id")]
        figure = picture.getparent()
        assert figure.tag == "figure"
        rows = figure.xpath(".//details//table//tbody/tr")
        assert rows or "too few" in second.text


def test_tables_name_their_columns_and_rows(page: str) -> None:
    tree = lxml_html.document_fromstring(page)
    for table in tree.xpath("//table"):
        assert table.xpath("./caption")[0].text
        width = len(table.xpath("./thead/tr/th[@scope='col']"))
        for row in table.xpath("./tbody/tr"):
            assert row[0].get("scope") == "row"
            assert len(row) == width


def test_headings_descend_without_gaps(page: str) -> None:
    levels = [int(tag[1]) for tag in re.findall(r"<(h[1-6])[ >]", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_the_policy_allows_the_style_sheet_and_nothing_else(page: str) -> None:
    tree = lxml_html.document_fromstring(page)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (css,) = tree.xpath("//style/text()")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert not tree.xpath("//script | //@style | //link | //img | //*[@src] | //*[@onclick]")
    assert not re.search(r"https?://|//[a-z]+\.", page)


def test_it_holds_no_number_that_is_none(page: str) -> None:
    text = " ".join(lxml_html.document_fromstring(page).itertext())
    assert not re.search(r"\b(nan|inf)\b", text, re.IGNORECASE)
    drawn = lxml_html.document_fromstring(page).xpath(
        "//svg//*/@*[name() != 'id' and name() != 'class'] | //svg/@viewbox"
    )
    assert len(drawn) > 20
    assert not [value for value in drawn if "nan" in value or "inf" in value]


def test_names_are_text_and_never_markup() -> None:
    answers = choices()
    page = classical_report(analysed(answers, dict.fromkeys(answers.items, "A")), WHEN)
    assert "&lt;Q3&gt;" in page
    assert "<Q3>" not in page
    assert "<note>" not in page
    assert "<choices>" not in page


def test_the_table_behind_a_curve_is_what_is_drawn() -> None:
    page, fit = calibration("twopl", "2PL")
    tree = lxml_html.document_fromstring(page)
    (card,) = tree.xpath("//*[@id='item-3']")
    cells = [[cell.text_content() for cell in row] for row in card.xpath(".//tbody/tr")]
    assert [row[2] for row in cells] == [f"{share:.2f}" for share in fit.curves[2].share[1]]
    assert len(card.xpath(".//svg//circle")) == len(cells)


def test_two_hundred_items_stay_usable(tmp_path: Path) -> None:
    items = draw_items(200, "2PL", rng=np.random.default_rng(4))
    drawn = simulate(items, 400, rng=np.random.default_rng(5)).responses
    names = tuple(f"p{i}" for i in range(400))
    rows = np.arange(2, 402)
    responses = Responses("r.csv", names, items.names, drawn, (), None, None, rows, {}, ())
    found = calibrated(responses, Plan("Rasch"))
    fit = fitted(found.used, found.result.items, found.populations, found.free())
    page = calibration_report(found, fit, WHEN)
    assert len(page.encode()) < 3_000_000
    tree = lxml_html.document_fromstring(page)
    assert len(tree.xpath("//*[@class='item']")) == 200
    (quiet,) = tree.xpath("//details[summary[contains(., 'No remark')]]")
    assert quiet.get("open") is None


def test_colours_are_those_of_the_product() -> None:
    """Every token that the product's style sheet has too is the same in both schemes."""
    product = (ROOT / "exam_engine" / "web" / "static" / "app.css").read_text("utf-8")
    for scheme in (0, 1):
        own, theirs = (_tokens(css, scheme) for css in (style(), product))
        shared = own.keys() & theirs.keys()
        assert len(shared) > 15
        assert {name: own[name] for name in shared} == {name: theirs[name] for name in shared}


def _tokens(css: str, scheme: int) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    return dict(re.findall(r"(--[\w-]+): (#\w+);", blocks[scheme]))


def test_series_stand_out_from_the_paper_in_both_schemes() -> None:
    for scheme in (0, 1):
        tokens = _tokens(style(), scheme)
        paper = _luminance(tokens["--surface"])
        for series in range(1, N_SERIES + 1):
            high, low = sorted([_luminance(tokens[f"--s{series}"]), paper], reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 3.0


def _luminance(colour: str) -> float:
    full = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    channels = [int(full[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_no_two_series_share_a_shape() -> None:
    shapes = {re.sub(r'class="[^"]*"', "", marker(k, 0.0, 0.0)) for k in range(N_SERIES)}
    assert len(shapes) == N_SERIES


def test_every_flag_has_a_meaning_and_a_group() -> None:
    grouped = set().union(*(words for _, _, words in GROUPS))
    assert grouped <= MEANINGS.keys()
    assert MEANINGS.keys() <= grouped | HARMLESS


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-4, 4, [-4, -2, 0, 2, 4]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0, 37, [0, 10, 20, 30]),
        (0, 0.03, [0, 0.01, 0.02, 0.03]),
    ],
)
def test_ticks_are_round_and_few(low: float, high: float, ticks: list[float]) -> None:
    assert nice_ticks(low, high) == pytest.approx(ticks)


def test_numbers_are_written_as_the_brief_says() -> None:
    assert [cell(x) for x in (0.5, -1.234, 1234, 0.0012, -0.0, "a<b", True)] == [
        *("0.50", "\N{MINUS SIGN}1.23", "1,234", "0.001", "0.00", "a&lt;b", "yes"),
    ]
    assert "undefined" in cell(float("nan"))
    assert cell(0.0000001) == "&lt;0.001"
    assert number(-0.04) == "0"
    assert shown(-2.0, [-2.0, 0.5]) == "\N{MINUS SIGN}2.0"
