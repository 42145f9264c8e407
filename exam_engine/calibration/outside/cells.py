"""What the cells of one question say, each as a byte.

Cells are read through dictionaries that remember every text seen, so that millions of them are a
matter of seconds.
"""

from exam_engine.calibration.frozen import NO_ANSWER, WRONG
from exam_engine.calibration.outside.questions import Question, short

BLANK, BAD, ABSENT = 253, 254, 255
"""A cell without text, one that says nothing that can be, and one that is not there."""
NO_ANSWER_MARK = "-"
"""Shown and not answered, whatever a blank cell means."""
WRONG_MARK = "*"
"""Wrong, and no one option: two that were marked on paper, or a score of nothing."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
POINTS = frozenset(("0", "1", "0.0", "1.0"))
MOST_REMEMBERED = 10_000


class Cells(dict[str, int]):
    """``cells["B"]`` is 2 where B is the second option; 0 is no answer.

    ``kind`` is the code of what is amiss with a cell that is `BAD`.
    """

    kind: str

    def __missing__(self, cell: str) -> int:
        text = cell.strip()
        if not text:
            code = BLANK
        elif text == NO_ANSWER_MARK:
            code = NO_ANSWER
        else:
            code = self.read(text)
        if len(self) < MOST_REMEMBERED:
            self[cell] = code
        return code

    def read(self, text: str) -> int:
        raise NotImplementedError

    def wrong(self, cell: str) -> str:
        """What is amiss with a cell that is `BAD`."""
        raise NotImplementedError


class Choices(Cells):
    """Options by their own identifiers, or by letters in the item's order."""

    kind = "option_unknown"

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        own = question.options
        self._exact = {one: k for k, one in enumerate(own, 1)}
        folded = {one.casefold(): k for k, one in enumerate(own, 1)}
        # two identifiers may differ in capitals only
        self._folded = folded if len(folded) == len(own) else {}
        if not any(len(one) == 1 and one.upper() in LETTERS for one in own):
            letters = {letter.casefold(): k for k, letter in enumerate(LETTERS[: len(own)], 1)}
            self._folded = letters | self._folded

    def read(self, text: str) -> int:
        if text == WRONG_MARK:
            return WRONG
        return self._exact.get(text) or self._folded.get(text.casefold(), BAD)

    def wrong(self, cell: str) -> str:
        one = self._question
        listed = ", ".join(one.options[:8])
        return f'The cell holds "{short(cell.strip())}"; the options of {one.code} are {listed}.'


class Points(Cells):
    """1 is the key; 0 is a wrong option that the file does not name."""

    kind = "score_unknown"

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._right = question.options.index(question.key) + 1

    def read(self, text: str) -> int:
        if text not in POINTS:
            return BAD
        return self._right if text.startswith("1") else WRONG

    def wrong(self, cell: str) -> str:
        return f'The cell holds "{short(cell.strip())}"; a score is 0 or 1.'
