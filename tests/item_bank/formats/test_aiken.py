from item_bank.formats.aiken import read_aiken
from item_bank.items import Choice, ItemContent
from item_bank.qti.choice import write_choice
from tests.item_bank.formats.expected import located, only


def test_a_question_is_what_write_choice_makes_of_it() -> None:
    item = only(read_aiken(b"A case.\r\nWhat is right?\r\nA. This\r\nB) That\r\nANSWER: B\r\n"))
    content = ItemContent(
        title="What is right?",
        situation=("A case.",),
        question="What is right?",
        choices=(Choice("A", "This", ""), Choice("B", "That", "")),
        key="B",
    )
    assert item.content == content
    assert item.xml == write_choice(item.code, content)


def test_bad_questions_are_named_and_the_others_are_read() -> None:
    reading = read_aiken(
        b"One?\nA. x\nB. y\nANSWER: C\n"
        b"Two?\nA. x\nB. y\n"
        b"Three?\nA. x\nB. y\nANSWER: A\n"
        b"Four?\nA. x\nANSWER: A\n"
        b"ANSWER: A\n"
        b"Five?\nA. x\nA. y\nANSWER: A\n"
        b"Six?\nA. x\n"
    )
    assert [item.title for item in reading.items] == ["Three?"]
    assert located(reading) == [
        ("question_wrong", "line 1"),
        ("syntax", "line 5"),
        ("question_wrong", "line 12"),
        ("syntax", "line 15"),
        ("question_wrong", "line 16"),
        ("syntax", "line 20"),
    ]
