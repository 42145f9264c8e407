"""One item of our own for each interaction type, with an answer that scores full marks.

The pictures they show are drawn here; a secret text stands wherever a key, a mapping, a rationale
or feedback stands, for tests that look for it in what a candidate is sent.
"""

from collections.abc import Mapping

from tests.item_bank.qti.files import declared, keyed, q, set_outcome, truth, whole
from tests.item_bank.qti.sample_parts import (
    CANARY,
    IMAGE,
    PARTS,
    PLAN,
    POINTED,
    STEPS,
    R,
    Sample,
    a_choices,
    a_item,
    a_key,
    a_prompt,
    a_rooms,
    access_point,
    tone,
)

SAMPLES: Mapping[str, Sample] = {
    "qti-choice-interaction": Sample(
        a_item(
            "Choice",
            a_key("identifier", "multiple", "A", "C"),
            "<p>A district renews its network.</p>"
            + q(
                "choice-interaction",
                a_prompt("Which <strong>two</strong> come first?"),
                a_choices(
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
        a_item(
            "Inline choice",
            a_key("identifier", "single", "B"),
            "<p>Backups are kept "
            + q(
                "inline-choice-interaction",
                a_choices("inline-choice", {"A": "in one place", "B": "in three copies"}),
                **R,
            )
            + " and tried out.</p>",
        ),
        {"RESPONSE": "B"},
        {"RESPONSE": "A"},
    ),
    "qti-text-entry-interaction": Sample(
        a_item(
            "Text entry",
            a_key("string", "single", f"{CANARY}"),
            f"<p>Type the word: {q('text-entry-interaction', **R, expected_length=14)}.</p>",
        ),
        {"RESPONSE": CANARY},
        {"RESPONSE": "guess"},
    ),
    "qti-extended-text-interaction": Sample(
        a_item(
            "Extended text",
            a_key("string", "single", f"{CANARY} one\n{CANARY} two"),
            q(
                "extended-text-interaction",
                a_prompt("Explain in two lines."),
                **R,
                expected_lines=4,
            ),
        ),
        {"RESPONSE": f"{CANARY} one\n{CANARY} two"},
        {"RESPONSE": "No"},
    ),
    "qti-order-interaction": Sample(
        a_item(
            "Order",
            a_key("identifier", "ordered", "STOP", "FIND", "MEND", "TELL"),
            q(
                "order-interaction",
                a_prompt("After an attack, in which order?"),
                a_choices("simple-choice", STEPS),
                **R,
            ),
        ),
        {"RESPONSE": ["STOP", "FIND", "MEND", "TELL"]},
        {"RESPONSE": ["FIND", "STOP", "MEND", "TELL"]},
    ),
    "qti-associate-interaction": Sample(
        a_item(
            "Associate",
            a_key("pair", "multiple", "SW LAN", "AP AIR"),
            q(
                "associate-interaction",
                a_prompt("Which belong together?"),
                a_choices(
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
        a_item(
            "Match",
            a_key("directedPair", "multiple", "SW IN", "FW EDGE", "AP IN"),
            q(
                "match-interaction",
                a_prompt("Where does each one stand?"),
                q("simple-match-set", a_choices("simple-associable-choice", PARTS, match_max=1)),
                q(
                    "simple-match-set",
                    a_choices(
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
        a_item(
            "Gap match",
            a_key("directedPair", "multiple", "SW G1", "FW G2"),
            q(
                "gap-match-interaction",
                a_prompt("Fill the gaps."),
                a_choices("gap-text", PARTS, match_max=1),
                f"<p>Inside, a {q('gap', identifier='G1')} joins the rooms. At the edge, a "
                f"{q('gap', identifier='G2')} keeps strangers out.</p>",
                **R,
            ),
        ),
        {"RESPONSE": ["SW G1", "FW G2"]},
        {"RESPONSE": ["AP G1"]},
    ),
    "qti-hottext-interaction": Sample(
        a_item(
            "Hot text",
            a_key("identifier", "single", "H2"),
            q(
                "hottext-interaction",
                a_prompt("Which sentence is a goal?"),
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
        a_item(
            "Hotspot",
            a_key("identifier", "multiple", "SRV", "OFF"),
            q(
                "hotspot-interaction",
                a_prompt("Which two rooms are locked?"),
                IMAGE,
                a_rooms("hotspot-choice"),
                **R,
                max_choices=2,
            ),
        ),
        {"RESPONSE": ["SRV", "OFF"]},
        {"RESPONSE": ["LIB"]},
        PLAN,
    ),
    "qti-select-point-interaction": Sample(
        a_item(
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
            q("select-point-interaction", a_prompt("Mark the server room."), IMAGE, **R),
            POINTED,
        ),
        {"RESPONSE": "370 75"},
        {"RESPONSE": "20 20"},
        PLAN,
    ),
    "qti-graphic-order-interaction": Sample(
        a_item(
            "Graphic order",
            a_key("identifier", "ordered", "SRV", "OFF", "LAB", "LIB"),
            q(
                "graphic-order-interaction",
                a_prompt("In which order are the rooms connected?"),
                IMAGE,
                a_rooms("hotspot-choice"),
                **R,
            ),
        ),
        {"RESPONSE": ["SRV", "OFF", "LAB", "LIB"]},
        {"RESPONSE": ["LIB", "OFF", "LAB", "SRV"]},
        PLAN,
    ),
    "qti-graphic-associate-interaction": Sample(
        a_item(
            "Graphic associate",
            a_key("pair", "multiple", "SRV LAB", "SRV OFF"),
            q(
                "graphic-associate-interaction",
                a_prompt("Which rooms are joined by a cable?"),
                IMAGE,
                a_rooms("associable-hotspot", match_max=3),
                **R,
                max_associations=3,
            ),
        ),
        {"RESPONSE": ["SRV LAB", "OFF SRV"]},
        {"RESPONSE": ["LIB OFF"]},
        PLAN,
    ),
    "qti-graphic-gap-match-interaction": Sample(
        a_item(
            "Graphic gap match",
            a_key("directedPair", "multiple", "SW SRV", "AP LIB"),
            q(
                "graphic-gap-match-interaction",
                a_prompt("Where do they go?"),
                IMAGE,
                a_choices("gap-text", PARTS, match_max=1),
                a_rooms("associable-hotspot", match_max=1),
                **R,
            ),
        ),
        {"RESPONSE": ["SW SRV", "AP LIB"]},
        {"RESPONSE": ["FW LAB"]},
        PLAN,
    ),
    "qti-position-object-interaction": Sample(
        a_item(
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
                    a_prompt("Place the access point in the library."),
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
        a_item(
            "Slider",
            a_key("integer", "single", "70"),
            q(
                "slider-interaction",
                a_prompt("How many of 100 devices are to be renewed?"),
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
        a_item(
            "Media",
            a_key("integer", "single", "1"),
            q(
                "media-interaction",
                a_prompt("Listen to the tone."),
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
        a_item(
            "Upload",
            declared("response", "RESPONSE", "file"),
            q("upload-interaction", a_prompt("Hand in your plan."), **R, type="text/plain"),
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
        a_item(
            "Drawing",
            declared("response", "RESPONSE", "file"),
            q("drawing-interaction", a_prompt("Draw the cable."), IMAGE, **R),
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
        a_item(
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
