"""One item of our own for each interaction type, with an answer that scores full marks.

The pictures they show are drawn here; a secret text stands wherever a key, a mapping, a rationale
or feedback stands, for tests that look for it in what a candidate is sent.
"""

import io
import math
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from tests.item_bank.qti.files import QTI3, declared, keyed, q, set_outcome, truth, values, whole

CANARY = "zqxjcanary"
SCORE = declared("outcome", "SCORE", "float", inside=values("default-value", 0))
FEEDBACK = declared("outcome", "FEEDBACK", "identifier")
MATCHED = '<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>'
POINTED = '<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response_point.xml"/>'
RIGHT, WRONG = 1, 0


@dataclass(frozen=True, slots=True)
class Sample:
    """``answer`` scores 1 and ``wrong`` scores 0, as JSON responses."""

    xml: bytes
    answer: Mapping[str, Any]
    wrong: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


def _item(title: str, declarations: str, body: str, rules: str = MATCHED) -> bytes:
    secret = q(
        "modal-feedback",
        q("content-body", f"<p>{CANARY}</p>"),
        outcome_identifier="FEEDBACK",
        identifier=CANARY,
        show_hide="show",
    )
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<qti-assessment-item xmlns="{QTI3}" identifier="sample" title="{title}" xml:lang="en"'
            ' adaptive="false" time-dependent="false">',
            declarations + SCORE + FEEDBACK,
            f"<qti-item-body>{body}</qti-item-body>",
            rules,
            secret,
            "</qti-assessment-item>",
        ]
    ).encode()


def _key(base: str, cardinality: str, *keys: str) -> str:
    return declared("response", "RESPONSE", base, cardinality, keyed(*keys))


def _prompt(text: str) -> str:
    return q("prompt", text)


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def floor_plan() -> bytes:
    """A school's floor in 480 by 320: four rooms and a corridor."""
    image = Image.new("RGB", (480, 320), "#ffffff")
    draw = ImageDraw.Draw(image)
    for box, name in (
        ((20, 20, 200, 130), "Library"),
        ((280, 20, 460, 130), "Server room"),
        ((20, 190, 200, 300), "Office"),
        ((280, 190, 460, 300), "Lab"),
    ):
        draw.rectangle(box, fill="#eef2ef", outline="#4b5754", width=3)
        draw.text((box[0] + 60, box[1] + 50), name, fill="#16211f")
    draw.rectangle((20, 145, 460, 175), fill="#dfe6e2", outline="#6c7874")
    draw.text((215, 153), "Corridor", fill="#16211f")
    return _png(image)


def access_point() -> bytes:
    """A small sign, 40 by 40."""
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((2, 2, 38, 38), fill="#b5460f")
    for inset in (9, 14):
        draw.arc((inset, inset, 40 - inset, 40 - inset), 200, 340, fill="#ffffff", width=3)
    draw.ellipse((17, 22, 23, 28), fill="#ffffff")
    return _png(image)


def tone() -> bytes:
    """Half a second of 440 Hz."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(
            bytes(128 + round(60 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(4000))
        )
    return written.getvalue()


PLAN = {"plan.png": floor_plan()}
IMAGE = '<img src="images/plan.png" alt="Floor plan of a school" width="480" height="320"/>'
ROOMS = (
    ("LIB", "20,20,200,130", "Library"),
    ("SRV", "280,20,460,130", "Server room"),
    ("OFF", "20,190,200,300", "Office"),
    ("LAB", "280,190,460,300", "Lab"),
)


def _rooms(element: str, **more: object) -> str:
    return "".join(
        q(element, identifier=name, shape="rect", coords=box, aria_label=label, **more)
        for name, box, label in ROOMS
    )


def _choices(element: str, words: Mapping[str, str], **more: object) -> str:
    return "".join(q(element, text, identifier=name, **more) for name, text in words.items())


STEPS = {
    "FIND": "Find out what is lost",
    "STOP": "Stop the spread",
    "MEND": "Mend",
    "TELL": "Report",
}
PARTS = {"SW": "switch", "AP": "access point", "FW": "firewall"}
R = {"response_identifier": "RESPONSE"}

SAMPLES: Mapping[str, Sample] = {
    "qti-choice-interaction": Sample(
        _item(
            "Choice",
            _key("identifier", "multiple", "A", "C"),
            "<p>A district renews its network.</p>"
            + q(
                "choice-interaction",
                _prompt("Which <strong>two</strong> come first?"),
                _choices(
                    "simple-choice",
                    {"A": "Measure what is used", "B": "Buy", "C": "Ask the schools", "D": "Move"},
                ),
                **R,
                max_choices=2,
                min_choices=2,
                shuffle="true",
            ),
        ),
        {"RESPONSE": ["A", "C"]},
        {"RESPONSE": ["B"]},
    ),
    "qti-inline-choice-interaction": Sample(
        _item(
            "Inline choice",
            _key("identifier", "single", "B"),
            "<p>Backups are kept "
            + q(
                "inline-choice-interaction",
                _choices("inline-choice", {"A": "in one place", "B": "in three copies"}),
                **R,
            )
            + " and tried out.</p>",
        ),
        {"RESPONSE": "B"},
        {"RESPONSE": "A"},
    ),
    "qti-text-entry-interaction": Sample(
        _item(
            "Text entry",
            _key("string", "single", f"{CANARY}"),
            f"<p>Type the word: {q('text-entry-interaction', **R, expected_length=14)}.</p>",
        ),
        {"RESPONSE": CANARY},
        {"RESPONSE": "guess"},
    ),
    "qti-extended-text-interaction": Sample(
        _item(
            "Extended text",
            _key("string", "single", f"{CANARY} one\n{CANARY} two"),
            q(
                "extended-text-interaction",
                _prompt("Explain in two lines."),
                **R,
                expected_lines=4,
            ),
        ),
        {"RESPONSE": f"{CANARY} one\n{CANARY} two"},
        {"RESPONSE": "No"},
    ),
    "qti-order-interaction": Sample(
        _item(
            "Order",
            _key("identifier", "ordered", "STOP", "FIND", "MEND", "TELL"),
            q(
                "order-interaction",
                _prompt("After an attack, in which order?"),
                _choices("simple-choice", STEPS),
                **R,
            ),
        ),
        {"RESPONSE": ["STOP", "FIND", "MEND", "TELL"]},
        {"RESPONSE": ["FIND", "STOP", "MEND", "TELL"]},
    ),
    "qti-associate-interaction": Sample(
        _item(
            "Associate",
            _key("pair", "multiple", "SW LAN", "AP AIR"),
            q(
                "associate-interaction",
                _prompt("Which belong together?"),
                _choices(
                    "simple-associable-choice",
                    {"SW": "Switch", "LAN": "Cable", "AP": "Access point", "AIR": "Radio"},
                    match_max=1,
                ),
                **R,
                max_associations=2,
            ),
        ),
        {"RESPONSE": ["SW LAN", "AP AIR"]},
        {"RESPONSE": ["SW AIR"]},
    ),
    "qti-match-interaction": Sample(
        _item(
            "Match",
            _key("directedPair", "multiple", "SW IN", "FW EDGE", "AP IN"),
            q(
                "match-interaction",
                _prompt("Where does each one stand?"),
                q("simple-match-set", _choices("simple-associable-choice", PARTS, match_max=1)),
                q(
                    "simple-match-set",
                    _choices(
                        "simple-associable-choice",
                        {"IN": "Inside the building", "EDGE": "At the edge", "OUT": "Outside"},
                        match_max=3,
                    ),
                ),
                **R,
                max_associations=3,
            ),
        ),
        {"RESPONSE": ["SW IN", "FW EDGE", "AP IN"]},
        {"RESPONSE": ["SW OUT"]},
    ),
    "qti-gap-match-interaction": Sample(
        _item(
            "Gap match",
            _key("directedPair", "multiple", "SW G1", "FW G2"),
            q(
                "gap-match-interaction",
                _prompt("Fill the gaps."),
                _choices("gap-text", PARTS, match_max=1),
                f"<p>Inside, a {q('gap', identifier='G1')} joins the rooms. At the edge, a "
                f"{q('gap', identifier='G2')} keeps strangers out.</p>",
                **R,
            ),
        ),
        {"RESPONSE": ["SW G1", "FW G2"]},
        {"RESPONSE": ["AP G1"]},
    ),
    "qti-hottext-interaction": Sample(
        _item(
            "Hot text",
            _key("identifier", "single", "H2"),
            q(
                "hottext-interaction",
                _prompt("Which sentence is a goal?"),
                "<p>"
                + q("hottext", "There are 900 devices.", identifier="H1")
                + " "
                + q("hottext", "By June, every class has its own.", identifier="H2")
                + " Some are old.</p>",
                **R,
                max_choices=1,
            ),
        ),
        {"RESPONSE": "H2"},
        {"RESPONSE": "H1"},
    ),
    "qti-hotspot-interaction": Sample(
        _item(
            "Hotspot",
            _key("identifier", "multiple", "SRV", "OFF"),
            q(
                "hotspot-interaction",
                _prompt("Which two rooms are locked?"),
                IMAGE,
                _rooms("hotspot-choice"),
                **R,
                max_choices=2,
            ),
        ),
        {"RESPONSE": ["SRV", "OFF"]},
        {"RESPONSE": ["LIB"]},
        PLAN,
    ),
    "qti-select-point-interaction": Sample(
        _item(
            "Select point",
            declared(
                "response",
                "RESPONSE",
                "point",
                "single",
                keyed("370 75")
                + q(
                    "area-mapping",
                    q("area-map-entry", shape="circle", coords="370,75,30", mapped_value=1),
                    default_value=0,
                ),
            ),
            q("select-point-interaction", _prompt("Mark the server room."), IMAGE, **R),
            POINTED,
        ),
        {"RESPONSE": "370 75"},
        {"RESPONSE": "20 20"},
        PLAN,
    ),
    "qti-graphic-order-interaction": Sample(
        _item(
            "Graphic order",
            _key("identifier", "ordered", "SRV", "OFF", "LAB", "LIB"),
            q(
                "graphic-order-interaction",
                _prompt("In which order are the rooms connected?"),
                IMAGE,
                _rooms("hotspot-choice"),
                **R,
            ),
        ),
        {"RESPONSE": ["SRV", "OFF", "LAB", "LIB"]},
        {"RESPONSE": ["LIB", "OFF", "LAB", "SRV"]},
        PLAN,
    ),
    "qti-graphic-associate-interaction": Sample(
        _item(
            "Graphic associate",
            _key("pair", "multiple", "SRV LAB", "SRV OFF"),
            q(
                "graphic-associate-interaction",
                _prompt("Which rooms are joined by a cable?"),
                IMAGE,
                _rooms("associable-hotspot", match_max=3),
                **R,
                max_associations=3,
            ),
        ),
        {"RESPONSE": ["SRV LAB", "OFF SRV"]},
        {"RESPONSE": ["LIB OFF"]},
        PLAN,
    ),
    "qti-graphic-gap-match-interaction": Sample(
        _item(
            "Graphic gap match",
            _key("directedPair", "multiple", "SW SRV", "AP LIB"),
            q(
                "graphic-gap-match-interaction",
                _prompt("Where do they go?"),
                IMAGE,
                _choices("gap-text", PARTS, match_max=1),
                _rooms("associable-hotspot", match_max=1),
                **R,
            ),
        ),
        {"RESPONSE": ["SW SRV", "AP LIB"]},
        {"RESPONSE": ["FW LAB"]},
        PLAN,
    ),
    "qti-position-object-interaction": Sample(
        _item(
            "Position object",
            declared(
                "response",
                "RESPONSE",
                "point",
                "multiple",
                keyed("110 75")
                + q(
                    "area-mapping",
                    q("area-map-entry", shape="rect", coords="20,20,200,130", mapped_value=1),
                    default_value=0,
                ),
            ),
            q(
                "position-object-stage",
                IMAGE,
                q(
                    "position-object-interaction",
                    _prompt("Place the access point in the library."),
                    '<img src="sign.png" alt="Access point" width="40" height="40"/>',
                    **R,
                    max_choices=1,
                    center_point="20 20",
                ),
            ),
            POINTED,
        ),
        {"RESPONSE": ["110 75"]},
        {"RESPONSE": ["400 250"]},
        PLAN | {"sign.png": access_point()},
    ),
    "qti-slider-interaction": Sample(
        _item(
            "Slider",
            _key("integer", "single", "70"),
            q(
                "slider-interaction",
                _prompt("How many of 100 devices are to be renewed?"),
                **R,
                lower_bound=0,
                upper_bound=100,
                step=5,
            ),
        ),
        {"RESPONSE": 70},
        {"RESPONSE": 20},
    ),
    "qti-media-interaction": Sample(
        _item(
            "Media",
            _key("integer", "single", "1"),
            q(
                "media-interaction",
                _prompt("Listen to the tone."),
                '<audio src="tone.wav"></audio>',
                **R,
                autostart="false",
                max_plays=2,
            ),
        ),
        {"RESPONSE": 1},
        {"RESPONSE": None},
        {"tone.wav": tone()},
    ),
    "qti-upload-interaction": Sample(
        _item(
            "Upload",
            declared("response", "RESPONSE", "file"),
            q("upload-interaction", _prompt("Hand in your plan."), **R, type="text/plain"),
            q(
                "response-processing",
                q(
                    "response-condition",
                    q(
                        "response-if",
                        q("not", q("is-null", q("variable", identifier="RESPONSE"))),
                        set_outcome("SCORE", q("base-value", 1, base_type="float")),
                    ),
                ),
            ),
        ),
        {"RESPONSE": "plan.txt"},
        {"RESPONSE": None},
    ),
    "qti-drawing-interaction": Sample(
        _item(
            "Drawing",
            declared("response", "RESPONSE", "file"),
            q("drawing-interaction", _prompt("Draw the cable."), IMAGE, **R),
            q(
                "response-processing",
                q(
                    "response-condition",
                    q(
                        "response-if",
                        q("not", q("is-null", q("variable", identifier="RESPONSE"))),
                        set_outcome("SCORE", q("base-value", 1, base_type="float")),
                    ),
                ),
            ),
        ),
        {"RESPONSE": "drawing.png"},
        {"RESPONSE": None},
        PLAN,
    ),
    "qti-end-attempt-interaction": Sample(
        _item(
            "End attempt",
            declared("response", "RESPONSE", "boolean"),
            f"<p>Done? {q('end-attempt-interaction', **R, title='Show a hint')}</p>",
            q(
                "response-processing",
                q(
                    "response-condition",
                    q(
                        "response-if",
                        q("match", q("variable", identifier="RESPONSE"), truth(True)),
                        set_outcome("SCORE", q("integer-to-float", whole(1))),
                    ),
                ),
            ),
        ),
        {"RESPONSE": True},
        {"RESPONSE": None},
    ),
}
