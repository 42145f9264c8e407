from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import ContentUnsound, MediaNotFound, NodeNotFound
from item_bank.framework import bundled_edition
from item_bank.items import Choice, CognitiveLevel, ItemContent, ItemFacts
from item_bank.media.cleaning import clean
from item_bank.qti import score_item
from item_bank.qti.choice import content_hash, write_choice
from item_bank.qti.packages import (
    Loss,
    OutgoingItem,
    Statistic,
    Target,
    losses,
    read_package,
    read_zip,
    write_zip,
)
from item_bank.qti.packages.archive import Archive
from tests.item_bank.examples import SAMPLE, a_content, some_facts
from tests.item_bank.qti.packages.zips import a_choice, a_package, a_picture

EDITION = bundled_edition()
PICTURE = clean(a_picture())
DIV = '<div class="qti-shared-stimulus" data-stimulus-idref="S1">{}</div>'


def item(code: str, body: str = "", **changes: object) -> OutgoingItem:
    (read,) = read_zip(a_package({code: a_choice(code, body)})).items
    return OutgoingItem(read.xml, replace(some_facts(code=code), **changes))  # type: ignore[arg-type]


def packed(
    items: Sequence[OutgoingItem],
    statistics: Sequence[Statistic] = (),
    media: dict[str, bytes] | None = None,
) -> bytes:
    def read_media(path: str) -> bytes:
        if path not in (media or {}):
            raise MediaNotFound(path)
        return (media or {})[path]

    return write_zip(
        items,
        EDITION,
        identifier="ours",
        title="Ours",
        description="A few.",
        read_media=read_media,
        statistics=statistics,
    )


def test_the_sample_bank_comes_back_as_it_was() -> None:
    sample = read_package(SAMPLE, EDITION)
    items = [
        OutgoingItem(write_choice(one.facts.code, one.content), one.facts) for one in sample.items
    ]
    package = packed(items)
    assert losses(package, items, EDITION) == ()
    reading = read_zip(package, EDITION)
    assert reading.findings == ()
    assert [one.content for one in reading.items] == [one.content for one in sample.items]
    assert [one.xml for one in reading.items] == [one.xml for one in items]


@pytest.mark.parametrize(
    "name",
    [
        *("valid-package", "no-metadata", "no-max-score-all-items"),
        *("no-response-processing", "invalid-response-processing"),
    ],
)
def test_packages_made_elsewhere_come_back_with_the_same_content_hashes(
    shared: Path, name: str
) -> None:
    data = (shared / "fixtures" / "qti" / "packages" / f"{name}.zip").read_bytes()
    first = read_zip(data, EDITION)
    media = {one.path: one.data for read in first.items for one in read.media if one.data}
    items = [OutgoingItem(one.xml, ItemFacts(one.code, "I.A")) for one in first.items]
    package = packed(items, media=media)
    assert losses(package, items, EDITION) == ()
    again = read_zip(package, EDITION)
    assert {one.code: content_hash(one.xml) for one in again.items} == {
        one.code: content_hash(one.xml) for one in first.items
    }
    assert {one.path: one.data for read in again.items for one in read.media} == media
    assert packed(items[::-1], media=media) == package


def test_items_of_qti_2_score_the_same_after_import_and_export(shared: Path) -> None:
    folder = shared / "fixtures" / "qti" / "items_2.2"
    checked = 0
    for path in sorted(folder.glob("*.xml")):
        pictures = {
            f"items/{where}{one.name}": one.read_bytes()
            for one in folder.glob("*.png")
            for where in ("", "images/")
        }
        reading = read_zip(a_package({"one": path.read_bytes()}, pictures))
        for read in reading.items:
            item = OutgoingItem(read.xml, ItemFacts(read.code, "I.A"))
            media = {one.path: one.data for one in read.media if one.data}
            lost = losses(packed([item], media=media), [item], EDITION)
            missing = [one for one in reading.findings if one.code == "media_missing"]
            assert all(one.sentence.endswith("does not come along.") for one in lost)
            assert bool(lost) == bool(missing)
            if path.name == "choice.xml":
                assert score_item(read.xml, {"RESPONSE": "ChoiceA"})["SCORE"] == 1
            checked += 1
    assert checked >= 20


plain = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs", "Cn", "Co")),
    min_size=1,
    max_size=30,
).filter(lambda text: not set(text) & {"\ufffe", "\uffff"})


@st.composite
def contents(draw: st.DrawFn) -> ItemContent:
    count = draw(st.integers(2, 5))
    names = [f"C{number}" for number in range(count)]
    return ItemContent(
        title=draw(plain),
        situation=tuple(draw(st.lists(plain, max_size=2))),
        question=draw(plain),
        choices=tuple(Choice(name, draw(plain), draw(plain)) for name in names),
        key=draw(st.sampled_from(names)),
        shuffle=draw(st.booleans()),
        remember=draw(st.just("") | plain),
    )


@st.composite
def known_facts(draw: st.DrawFn) -> ItemFacts:
    area = draw(st.sampled_from([one for one in EDITION.nodes if one.kind == "skill_area"]))
    tasks = [one.code for one in EDITION.nodes if one.parent == area.code]
    days = st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1))
    return ItemFacts(
        code=draw(st.from_regex(r"[A-Za-z_][A-Za-z0-9_.\-]{0,20}", fullmatch=True)),
        skill_area=area.code,
        task=draw(st.none() | st.sampled_from(tasks)),
        cognitive_level=draw(st.sampled_from(CognitiveLevel)),
        estimated_difficulty=draw(st.none() | st.floats(0.01, 0.99)),
        source=draw(st.just("") | plain),
        as_of=draw(days),
        review_by=draw(days),
        enemies=tuple(sorted(draw(st.sets(st.sampled_from(["E-1", "E-2", "E-3"]))))),
    )


numbers = st.floats(-1e9, 1e9)


@given(
    st.lists(st.tuples(contents(), known_facts()), min_size=1, max_size=4).filter(
        lambda items: len({one.code.casefold() for _, one in items}) == len(items)
    ),
    st.lists(
        st.builds(
            Statistic,
            name=plain,
            targets=st.just((Target("x"),)),
            context=plain,
            value=numbers,
            cases=st.none() | st.integers(0, 2**31 - 1),
            standard_error=st.none() | numbers,
        ),
        max_size=3,
    ),
)
def test_any_items_and_statistics_come_back_as_they_were(
    drawn: list[tuple[ItemContent, ItemFacts]], statistics: list[Statistic]
) -> None:
    items = [OutgoingItem(write_choice(facts.code, one), facts) for one, facts in drawn]
    about = [replace(one, targets=(Target(items[0].facts.code),)) for one in statistics]
    package = packed(items, about)
    assert losses(package, items, EDITION, about) == ()
    assert packed(items[::-1], about[::-1]) == package


def test_a_shared_text_is_one_file_and_comes_back_into_each_item() -> None:
    text = f'\n<p>The plan.</p><p><img src="{PICTURE.path}" alt="x"/></p> tail'
    bodies = [DIV.format(text), f"<h1>Look</h1>{DIV.format(text)} and", f"{DIV.format('<p/>')}"]
    items = []
    for code, body in zip(("a", "b", "c"), bodies, strict=True):
        xml = a_choice(code, body)
        items.append(OutgoingItem(xml, some_facts(code=code)))
    media = {PICTURE.path: PICTURE.data}
    package = packed(items, media=media)
    archive = Archive(package)
    texts = [name for name in archive.names if "/stimuli/" in name]
    assert len(texts) == 1
    assert f"../{PICTURE.path}".encode() in archive.read(texts[0])
    assert b"The plan" not in archive.read("items/a.xml")
    # The third has another text under the same identifier: it keeps its own.
    assert DIV.format("<p/>").encode() in archive.read("items/c.xml")
    assert losses(package, items, EDITION) == ()
    reading = read_zip(package, EDITION)
    assert [one.items for one in reading.stimuli] == [("a", "b")]
    assert reading.reading.errors == ()


inline = st.recursive(
    st.sampled_from(["text", " ", "\n  ", "&amp;", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"<b>{''.join(parts)}</b>")
        | st.lists(inner, max_size=3).map(lambda parts: f"<i>{''.join(parts)}</i> after")
    ),
    max_leaves=8,
)
MATH = '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>x</m:mi></m:math>'


@given(
    st.lists(inline | st.just(MATH), max_size=4),
    inline,
    st.sampled_from(["", ' xmlns:m="http://www.w3.org/1998/Math/MathML"']),
)
def test_any_shared_text_comes_back_as_it_was(
    inside: list[str], around: str, declared: str
) -> None:
    text = "".join(f"<p>{part}</p>" for part in inside)
    xml = a_choice("one", f"<p>{around}</p>{DIV.format(text)}\n<p>{around}</p>")
    xml = xml.replace(b' title="Made"', f' title="Made"{declared}'.encode(), 1)
    items = [OutgoingItem(xml, some_facts(code="one"))]
    assert losses(packed(items), items, EDITION) == ()


def test_media_and_statistics_travel_along() -> None:
    one = OutgoingItem(
        a_choice("one", f'<p><img src="{PICTURE.path}" alt="x"/></p>'), some_facts(code="one")
    )
    statistic = Statistic(
        name="Chosen",
        targets=(Target("one", "A", "choice"),),
        context="urn:run",
        values=(("all", 0.1), ("best", 0.7)),
        standard_deviation=0.5,
        last_updated="2026-11-22",
        glossary="urn:words",
    )
    package = packed([one], [statistic], {PICTURE.path: PICTURE.data})
    assert losses(package, [one], EDITION, [statistic]) == ()
    reading = read_zip(package, EDITION)
    assert reading.findings == ()
    assert reading.statistics == (statistic,)
    assert reading.items[0].media[0].data == PICTURE.data


def test_each_loss_is_named() -> None:
    kept = item("kept")
    shown = OutgoingItem(
        a_choice("shown", f'<p><img src="{PICTURE.path}" alt="x"/></p>'), some_facts(code="shown")
    )
    package = packed([kept, shown])
    changed = OutgoingItem(kept.xml.replace(b"Apple", b"Pear"), some_facts(code="kept", source="x"))
    gone = item("gone")
    lost = losses(
        package,
        [changed, shown, gone],
        EDITION,
        [Statistic(name="P", targets=(Target("kept"),), context="c", value=1.0)],
    )
    assert lost == (
        Loss("kept", "The content of the item comes back changed."),
        Loss("kept", "The facts of the item come back changed."),
        Loss("shown", f"The file {PICTURE.path} does not come along."),
        Loss("gone", "The item does not come back. No reason is known."),
        Loss("kept", "The statistic P (c) does not come back."),
    )


def test_items_that_cannot_stand_in_one_package_are_refused() -> None:
    with pytest.raises(ContentUnsound, match="Two items"):
        packed([item("one"), item("One")])
    with pytest.raises(ContentUnsound, match="has the identifier"):
        packed([replace(item("one"), facts=some_facts(code="two"))])
    with pytest.raises(NodeNotFound):
        packed([item("one", skill_area="IX.Z", task=None)])


def test_a_statistic_without_a_finite_number_is_refused() -> None:
    with pytest.raises(ContentUnsound, match="number that is none"):
        Statistic(name="P", targets=(Target("x"),), context="c", value=float("nan"))
    with pytest.raises(ContentUnsound, match="a number or several"):
        Statistic(name="P", targets=(Target("x"),), context="c")


def test_a_package_names_the_key_nowhere_but_in_the_item() -> None:
    """The manifest may be read by many systems; it tells what an item is about, not its answer."""
    one = OutgoingItem(write_choice("T-01", a_content()), some_facts())
    manifest = Archive(packed([one])).read("imsmanifest.xml")
    assert a_content().key_choice.text.encode() not in manifest
