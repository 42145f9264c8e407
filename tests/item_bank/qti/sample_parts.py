"""What the sample items are made of: pictures and sounds drawn here, choices, keys."""

import io
import math
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from tests.item_bank.qti.files import QTI3, declared, keyed, q, values

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


def a_item(title: str, declarations: str, body: str, rules: str = MATCHED) -> bytes:
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


def a_key(base: str, cardinality: str, *keys: str) -> str:
    return declared("response", "RESPONSE", base, cardinality, keyed(*keys))


def a_prompt(text: str) -> str:
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


def a_rooms(element: str, **more: object) -> str:
    return "".join(
        q(element, identifier=name, shape="rect", coords=box, aria_label=label, **more)
        for name, box, label in ROOMS
    )


def a_choices(element: str, words: Mapping[str, str], **more: object) -> str:
    return "".join(q(element, text, identifier=name, **more) for name, text in words.items())


STEPS = {
    "FIND": "Find out what is lost",
    "STOP": "Stop the spread",
    "MEND": "Mend",
    "TELL": "Report",
}
PARTS = {"SW": "switch", "AP": "access point", "FW": "firewall"}
R = {"response_identifier": "RESPONSE"}
