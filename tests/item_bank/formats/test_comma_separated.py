import pytest

from item_bank.formats.comma_separated import guarded, read_as_text, read_csv
from item_bank.formats.findings import Severity
from item_bank.formats.reading import KnownFacts
from item_bank.items import Choice, CognitiveLevel, ItemContent
from item_bank.qti.choice import write_choice
from tests.item_bank.formats.expected import codes, located, only, score

HEADER = "code,type,question,option_a,option_b,option_c,key"


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows]).encode()


def test_a_single_choice_is_what_write_choice_makes_of_it() -> None:
    header = (
        "code,title,situation,question,option_a,rationale_a,option_b,rationale_b,key,shuffle,"
        "remember,skill_area,task,cognitive_level,estimated_difficulty,source,as_of,review_by,"
        "enemies"
    )
    row = (
        'N-1,A title,"First line.\nSecond  line.",Which?,This,Because,That,"Since, well",b,no,'
        "Remember me,I.A,I.A.1,Analyze,0.65,NIST,2026-11-01,2027-11-30,N-2; N-3"
    )
    item = only(read_csv(table(row, header=header)))
    content = ItemContent(
        title="A title",
        situation=("First line.", "Second line."),
        question="Which?",
        choices=(Choice("A", "This", "Because"), Choice("B", "That", "Since, well")),
        key="B",
        shuffle=False,
        remember="Remember me",
    )
    assert item.xml == write_choice("N-1", content)
    assert item.content == content
    assert item.code_given
    assert item.facts.enemies == ("N-2", "N-3")
    assert item.facts.cognitive_level is CognitiveLevel.ANALYSE
    assert item.facts.estimated_difficulty == 0.65
    assert str(item.facts.review_by) == "2027-11-30"


def test_all_that_is_not_said_is_not_known() -> None:
    item = only(read_csv(table("X,,Which?,a,b,,A")))
    assert item.facts == KnownFacts()
    assert item.title == "Which?"


@pytest.mark.parametrize(
    ("row", "responses"),
    [
        (',multiple choice,Q?,a,b,c,"A, C"', {"A": 0, "B": 0}),
        (",true/false,Sky?,,,,TRUE", {"A": 1, "B": 0}),
        (",short text,Q?,,,,colour | color", {"COLOR": 1, "colour": 1, "red": 0}),
        (",numeric,Q?,,,,-3.5", {-3.5: 1, 3.5: 0}),
        (",numeric,Q?,,,,3..4", {3: 1, 3.7: 1, 4: 1, 4.01: 0}),
        (",ordering,Q?,first,second,third,", {}),
        (",long text,Q?,,,,", {"an essay": 0}),
    ],
)
def test_each_type_is_scored_as_the_row_says(row: str, responses: dict[str | float, int]) -> None:
    item = only(read_csv(table(row)))
    for response, expected in responses.items():
        given = [response] if "multiple" in row else response
        assert score(item, given) == expected


def test_multiple_choice_wants_all_keys_and_no_other() -> None:
    item = only(read_csv(table(',multiple choice,Q?,a,b,c,"C, A"')))
    assert [score(item, given) for given in (["A", "C"], ["A"], ["A", "B", "C"])] == [1, 0, 0]


def test_ordering_wants_the_order_of_the_row() -> None:
    item = only(read_csv(table(",ordering,Q?,first,second,third,")))
    assert [score(item, given) for given in (["A", "B", "C"], ["B", "A", "C"])] == [1, 0]


def test_matching_gives_a_share_for_each_pair() -> None:
    item = only(read_csv(table(",matching,Q?,Layer 2 => Switch,Layer 3 => Router,=> Hub,")))
    assert score(item, ["L1 R1", "L2 R2"]) == 1
    assert score(item, ["L1 R1", "L2 R3"]) == 0.5


def test_a_missing_word_is_chosen_or_typed() -> None:
    reading = read_csv(
        table(",missing word,The [blank] sat,cat,dog,,B", ",missing word,A [blank],,,,x")
    )
    chosen, typed = reading.items
    assert score(chosen, {"RESPONSE_1": "B"}) == 1
    assert score(chosen, {"RESPONSE_1": "A"}) == 0
    assert score(typed, {"RESPONSE_1": "X"}) == 1


def test_tolerance_and_case_are_kept() -> None:
    header = HEADER + ",tolerance,match_case"
    reading = read_csv(table(",numeric,Q?,,,,0.3,0.1,", ",short text,Q?,,,,pH,,yes", header=header))
    number, typed = reading.items
    assert [score(number, given) for given in (0.2, 0.4, 0.41)] == [1, 1, 0]
    assert [score(typed, given) for given in ("pH", "ph")] == [1, 0]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("X,,,a,b,,A", "cell_missing", "question"),
        ("X,,Q?,a,b,,", "cell_missing", "key"),
        ("X,,Q?,a,b,,D", "cell_wrong", "key"),
        ('X,,Q?,a,b,,"A,B"', "cell_wrong", "key"),
        ("X,,Q?,a,,,A", "cell_missing", "option_b"),
        ("1 x,,Q?,a,b,,A", "cell_wrong", "code"),
        ("X,riddle,Q?,a,b,,A", "cell_wrong", "type"),
        ('X,numeric,Q?,,,,"1,5"', "cell_wrong", "key"),
        ("X,numeric,Q?,,,,NaN", "cell_wrong", "key"),
        ("X,numeric,Q?,,,,inf", "cell_wrong", "key"),
        ("X,numeric,Q?,,,," + "9" * 400, "cell_wrong", "key"),
        ("X,true/false,Q?,,,,perhaps", "cell_wrong", "key"),
        ("X,matching,Q?,a -> b,c => d,,", "cell_wrong", "option_a"),
        ("X,missing word,No gap,a,b,,A", "cell_wrong", "question"),
        ("X,,Q\x01?,a,b,,A", "cell_wrong", "question"),
        ("X,,Q?,a\ue0000\ue001,b,,A", "cell_wrong", "option_a"),
    ],
)
def test_a_wrong_cell_is_named_and_the_other_rows_are_read(
    row: str, code: str, column: str
) -> None:
    reading = read_csv(table("GOOD-1,,Q1?,a,b,,A", row, "GOOD-2,,Q2?,a,b,,A"))
    assert [item.code for item in reading.items] == ["GOOD-1", "GOOD-2"]
    assert (code, f"line 3, {column}") in located(reading)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("estimated_difficulty", "1e309"),
        ("estimated_difficulty", "1.2"),
        ("estimated_difficulty", "-0.5"),
        ("estimated_difficulty", "70%"),
        ("as_of", "11/01/2026"),
        ("review_by", "2026-02-30"),
        ("cognitive_level", "think"),
        ("enemies", "N 2?"),
        ("shuffle", "perhaps"),
        ("tolerance", "-1"),
    ],
)
def test_a_wrong_fact_is_named(column: str, cell: str) -> None:
    kind = "numeric" if column == "tolerance" else ""
    row = f"X,{kind},Q?,a,b,,{'1' if kind else 'A'},{cell}"
    reading = read_csv(table(row, header=f"{HEADER},{column}"))
    assert reading.items == ()
    assert ("cell_wrong", f"line 2, {column}") in located(reading)


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    reading = read_csv(table("X,,,a,,,D,2", header=HEADER + ",estimated_difficulty"))
    assert {place for _, place in located(reading)} == {
        "line 2, question",
        "line 2, key",
        "line 2, option_b",
        "line 2, estimated_difficulty",
    }


def test_a_cell_that_the_type_has_no_use_for_is_a_warning() -> None:
    reading = read_csv(table("X,long text,Q?,a,,,B"))
    assert located(reading) == [
        ("cell_unused", "line 2, key"),
        ("cell_unused", "line 2, option_a"),
    ]
    assert {finding.item for finding in reading.findings} == {"X"}


def test_two_hundred_options_are_too_many() -> None:
    letters = [f"option_{chr(ord('a') + n)}" for n in range(26)]
    header = ",".join(["question", "key", *letters, *(f"option_{n}" for n in range(174))])
    reading = read_csv(table(",".join(["Q?", "A", *["x"] * 200]), header=header))
    assert codes(reading).count("column_unknown") == 174


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("code,question,question", "column_repeated"),
        ("code,Option A,option_a,question", "column_repeated"),
        ("code,title,key", "column_missing"),
    ],
)
def test_a_header_that_cannot_be_read_stops_the_file(header: str, code: str) -> None:
    reading = read_csv(table("1,2,3,4", header=header))
    assert reading.items == ()
    assert located(reading) == [(code, "line 1")]


def test_a_column_that_is_not_known_is_a_warning() -> None:
    reading = read_csv(table("X,,Q?,a,b,,A,extra", header=HEADER + ",colour of hair"))
    assert only(reading).code == "X"
    assert located(reading) == [("column_unknown", "line 1")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_comma_semicolon_and_tab_are_told_apart(delimiter: str) -> None:
    text = f"{HEADER}\nX,,Q?,a,b,,A\n".replace(",", delimiter)
    assert only(read_csv(text.encode())).code == "X"


def test_the_line_that_names_the_delimiter_is_understood() -> None:
    reading = read_csv(b"sep=;\nquestion;option_a;option_b;key\nQ, or not?;a;b;C\n")
    assert located(reading) == [("cell_wrong", "line 3, key")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(ending: str) -> None:
    text = ending.join([HEADER, "X,,Q?,a,b,,A", "Y,,R?,a,b,,Z"])
    reading = read_csv(text.encode())
    assert only(reading).code == "X"
    assert located(reading) == [("cell_wrong", "line 3, key")]


def test_a_quote_that_is_never_closed_takes_no_other_row_with_it() -> None:
    reading = read_csv(table("A,,Q1?,a,b,,A", 'B,,"Q2?,a,b,,A', "C,,Q3?,a,b,,A", "D,,Q4?,a,b,,A"))
    assert [item.code for item in reading.items] == ["A", "C", "D"]
    assert located(reading) == [("row_malformed", "line 3")]


def test_text_after_a_closing_quote_is_named_by_its_line() -> None:
    reading = read_csv(table('A,,"Q"1?,a,b,,A', "B,,Q2?,a,b,,A"))
    assert only(reading).code == "B"
    assert located(reading) == [("row_malformed", "line 2")]


def test_ragged_rows_are_named_by_their_lines() -> None:
    reading = read_csv(table("A,,Q1?,a,b,,A,more", "B,,Q2?,a", "C,,Q3?,a,b,,A,,,"))
    assert only(reading).code == "C"
    assert located(reading)[:2] == [("row_too_long", "line 2"), ("row_short", "line 3")]


def test_a_cell_of_ten_megabytes_is_named() -> None:
    rows = (f"A,,{'x' * 10_000_000},a,b,,A", "B,,Q2?,a,b,,A", f"C,,{'y' * 40_000},a,b,,A")
    reading = read_csv(table(*rows))
    assert only(reading).code == "B"
    assert located(reading) == [
        ("row_malformed", "line 2"),
        ("cell_too_long", "line 4, question"),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=1", "'plain", "x=1"])
def test_what_looks_like_a_formula_is_text_in_and_out(text: str) -> None:
    assert read_as_text(guarded(text)) == text
    assert guarded(text)[0] not in "=+-@\t"
    item = only(read_csv(table(f"X,,{guarded(text)},a,b,,A")))
    assert item.content is not None
    assert item.content.question == text.strip()


def test_a_code_that_is_there_twice_is_refused_the_second_time() -> None:
    reading = read_csv(table("X,,Q1?,a,b,,A", "X,,Q2?,a,b,,B"))
    assert only(reading).content.question == "Q1?"  # type: ignore[union-attr]
    assert located(reading) == [("code_repeated", "line 3")]


def test_a_row_without_a_code_gets_the_same_one_each_time() -> None:
    first = read_csv(table(",,Q1?,a,b,,A", ",,Q2?,a,b,,A"))
    again = read_csv(table(",,Q2?,a,b,,A", ",,Q1?,a,b,,A", ",,Q1?,a,b,,A"))
    assert {item.code for item in first.items} == {item.code for item in again.items}
    assert not any(item.code_given for item in first.items)
    assert f'identifier="{first.items[0].code}"'.encode() in first.items[0].xml
    assert located(again) == [("question_repeated", "line 4")]
    assert again.findings[0].severity is Severity.WARNING
