from datetime import date
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.formats.comma_separated import read_csv
from item_bank.formats.export import TableItem, write_csv
from item_bank.formats.gift import read_gift
from item_bank.items import Choice, ItemContent
from item_bank.qti.choice import write_choice
from tests.item_bank.examples import a_content, some_facts
from tests.item_bank.formats.expected import codes, only

ROWS = """code,type,question,option_a,rationale_a,option_b,option_e,key,tolerance,match_case,shuffle
S-1,single choice,"One
Two?",x,Because,y,z,B,,,no
S-2,true/false,Sky?,,,,,false,,,
S-3,multiple choice,Q?,x,Why,y,z,"A, E",,,
S-4,short text,Q?,,,,,colour | color,,yes,
S-5,numeric,Q?,,,,,3.25,0.5,,
S-6,numeric,Q?,,,,,-3..4,,,
S-7,matching,Q?,a => 1,,b => 2,=> 3,,,,no
S-8,ordering,Q?,first,,second,third,,,,
S-9,missing word,The [blank] sat,cat,,dog,,A,,,
S-10,missing word,"Before
The [blank]",,,,,cat,,,
S-11,long text,Why?,,,,,,,,
S-12,single choice,'=1+1,'-x,,'@y,,A,,,
"""


def test_what_goes_out_comes_in_as_the_same_items() -> None:
    first = read_csv(ROWS.encode())
    assert len(first.items) == 12
    table = write_csv(TableItem(item.code, item.xml, item.facts) for item in first.items)
    assert table.findings == ()
    again = read_csv(table.data)
    assert again.findings == ()
    assert [(item.code, item.xml, item.facts) for item in again.items] == [
        (item.code, item.xml, item.facts) for item in first.items
    ]


def test_an_item_of_the_bank_goes_out_with_all_its_facts() -> None:
    facts = some_facts(enemies=("T-02", "T-03"))
    xml = write_choice("T-01", a_content())
    table = write_csv([TableItem("T-01", xml, facts)])
    item = only(read_csv(table.data))
    assert item.xml == xml
    assert (item.facts.skill_area, item.facts.task) == (facts.skill_area, facts.task)
    assert item.facts.as_of == date(2026, 11, 1)
    assert item.facts.enemies == ("T-02", "T-03")


def test_no_cell_that_goes_out_is_a_formula() -> None:
    content = a_content(
        question="=HYPERLINK(1)?", choices=(Choice("A", "+1", "@x"), Choice("B", "-1", "="))
    )
    table = write_csv([TableItem("T", write_choice("T", content), some_facts(code="T"))])
    text = table.data.decode("utf-8-sig")
    assert not any(cell[:1] in "=+-@" for cell in text.split(",") if cell)
    assert only(read_csv(table.data)).content == content


@pytest.mark.parametrize(
    "source",
    [
        "Which?{~%50%a ~%50%b}",
        "Which?{=a ~%50%b}",
        "Who?{=Gr*nt}",
        "Who?{=Grant =%50%Lee}",
        "[html]<p>H<sub>2</sub>O?</p>{T}",
        "Two plus {#4} is it.",
        "Who?{=a|b}",
    ],
)
def test_what_a_row_cannot_hold_is_left_out_and_told(source: str) -> None:
    item = only(read_gift(source.encode()))
    table = write_csv([TableItem(item.code, item.xml, item.facts)])
    assert [finding.code for finding in table.findings] == ["not_in_table"]
    assert codes(read_csv(table.data)) == ["questions_missing"]


@pytest.mark.parametrize("length", [32_767, 32_768])
def test_a_text_that_no_cell_can_hold_is_named_by_its_column(length: int) -> None:
    choices = (Choice("A", "x" * length, "r"), Choice("B", "y", "r"))
    xml = write_choice("T", a_content(choices=choices))
    table = write_csv([TableItem("T", xml, some_facts(code="T"))])
    if length == 32_767:
        assert only(read_csv(table.data)).xml == xml
    else:
        (finding,) = table.findings
        assert (finding.code, finding.item) == ("not_in_table", "T")
        assert "its option_a has 32,768 characters" in finding.sentence


TEXTS = st.text(ascii_letters + "äß €'\"=+-@,;|\\{}<>&[]#~ \u00a0😀", min_size=1).map(
    lambda text: f"x{' '.join(text.split(' '))}".strip(" ")
)


@given(
    question=TEXTS,
    situation=st.lists(TEXTS, max_size=2),
    options=st.lists(TEXTS, min_size=2, max_size=6),
    rationale=TEXTS,
    shuffle=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_single_choice_goes_out_and_comes_in(
    question: str, situation: list[str], options: list[str], rationale: str, shuffle: bool
) -> None:
    content = ItemContent(
        title="A title",
        situation=tuple(" ".join(text.split(" ")) for text in situation),
        question=question,
        choices=tuple(
            Choice("ABCDEF"[place], text, rationale) for place, text in enumerate(options)
        ),
        key="B",
        shuffle=shuffle,
    )
    xml = write_choice("X-1", content)
    table = write_csv([TableItem("X-1", xml, some_facts(code="X-1"))])
    assert only(read_csv(table.data)).xml == xml
