"""Aiken: a question, options that begin with a letter, and a line with the answer.

Source: https://docs.moodle.org/en/Aiken_format.
"""

import re

from item_bank.errors import ContentUnsound
from item_bank.formats.encodings import decode
from item_bank.formats.reading import Reading, Readings, Refused, title_from
from item_bank.items import plain_text
from item_bank.qti.questions import Choices, Option, Question

_OPTION = re.compile(r"\s*([A-Z])[.)]\s+(\S.*)")
_ANSWER = re.compile(r"\s*ANSWER:\s*(\S*)\s*", re.IGNORECASE)


def read_aiken(data: bytes) -> Reading:
    readings = Readings()
    try:
        text, guesses = decode(data)
        for guess in guesses:
            readings.include(guess)
        _read(readings, text)
    except Refused as error:
        readings.include(error.finding)
    return readings.done()


def _read(readings: Readings, text: str) -> None:
    asked: list[str] = []
    options: list[Option] = []
    place = ""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        answer, option = _ANSWER.fullmatch(line), _OPTION.fullmatch(line)
        if not line.strip():
            continue
        if answer:
            _add(readings, place or f"line {number}", asked, options, answer[1])
            asked, options, place = [], [], ""
        elif option and asked:
            options.append(Option(option[1], plain_text(option[2])))
        else:
            if options:
                sentence = "After the options stands no line with ANSWER: and a letter."
                readings.note("syntax", place, sentence)
                asked, options, place = [], [], ""
            place = place or f"line {number}"
            asked.append(plain_text(line))
    if asked or options:
        sentence = "The last question has no line with ANSWER: and a letter."
        readings.note("syntax", place, sentence)


def _add(
    readings: Readings, place: str, asked: list[str], options: list[Option], answer: str
) -> None:
    if not asked:
        readings.note("syntax", place, "There is an answer without a question before it.")
        return
    *situation, prompt = asked
    try:
        answers = Choices(tuple(options), (answer.rstrip(".)").upper(),))
        question = Question(title_from(prompt), tuple(situation), prompt, answers)
    except ContentUnsound as error:
        readings.note("question_wrong", place, str(error))
        return
    readings.add(question, place)
