"""What a regular expression of XML Schema says, as a tree."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

DEEPEST = 50
MOST_REPEATS = 1_000

Test: TypeAlias = Callable[[str], bool]


class PatternUnsound(ValueError):
    """A text that is no pattern of XML Schema, or one too large; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Take:
    test: Test


@dataclass(frozen=True, slots=True)
class Row:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    branches: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: "Node"
    least: int
    most: int | None


Node: TypeAlias = Take | Row | Either | Repeat

_BLOCKS = {
    "IsBasicLatin": (0x00, 0x7F),
    "IsLatin-1Supplement": (0x80, 0xFF),
    "IsLatinExtended-A": (0x100, 0x17F),
    "IsLatinExtended-B": (0x180, 0x24F),
    "IsGreek": (0x370, 0x3FF),
    "IsGreekandCoptic": (0x370, 0x3FF),
    "IsCyrillic": (0x400, 0x4FF),
    "IsHebrew": (0x590, 0x5FF),
    "IsArabic": (0x600, 0x6FF),
    "IsHiragana": (0x3040, 0x309F),
    "IsKatakana": (0x30A0, 0x30FF),
    "IsCJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "IsHangulSyllables": (0xAC00, 0xD7A3),
}
_CATEGORIES = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?")


def _is_name_start(one: str) -> bool:
    return one.isalpha() or one in "_:"


def _is_name_part(one: str) -> bool:
    return one.isalnum() or one in "_:.-·" or unicodedata.category(one)[0] == "M"


_CLASSES: dict[str, Test] = {
    "d": lambda one: unicodedata.category(one) == "Nd",
    "w": lambda one: unicodedata.category(one)[0] not in "PZC",
    "s": lambda one: one in " \t\n\r",
    "i": _is_name_start,
    "c": _is_name_part,
}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


def _opposite(test: Test) -> Test:
    return lambda one: not test(one)


def _is_any(one: str) -> bool:
    return one not in "\n\r"


class PatternParser:
    """``whole`` reads a text once; raises PatternUnsound."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        self._take_if("^")
        found = self.either()
        if self.at < len(self.text):
            raise PatternUnsound(f"the ')' at {self.at + 1} closes nothing")
        return found

    def either(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternUnsound(f"groups are nested deeper than {DEEPEST}")
        branches = [self.row()]
        while self._take_if("|"):
            branches.append(self.row())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Either(tuple(branches))

    def row(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self._peek() not in "|)":
            if self._peek() == "$" and self.at == len(self.text) - 1:
                self.at += 1
                break
            parts.append(self.quantified(self.atom()))
        return Row(tuple(parts))

    def atom(self) -> Node:
        one = self._next()
        if one == "(":
            if self._peek() == "?":
                raise PatternUnsound("groups that begin with '(?' are not known to XML Schema")
            found = self.either()
            if not self._take_if(")"):
                raise PatternUnsound("a ')' is missing")
            return found
        if one == "[":
            return Take(self.char_class())
        if one == ".":
            return Take(_is_any)
        if one == "\\":
            return Take(self.escape())
        if one in "?*+{}]":
            raise PatternUnsound(f"the {one!r} at {self.at} repeats nothing")
        return Take(one.__eq__)

    def quantified(self, part: Node) -> Node:
        one = self._peek()
        if one == "?":
            least, most = 0, 1
        elif one == "*":
            least, most = 0, None
        elif one == "+":
            least, most = 1, None
        elif one == "{":
            return self._counted(part)
        else:
            return part
        self.at += 1
        return self._repeated(part, least, most)

    def _counted(self, part: Node) -> Node:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : max(end, self.at)].partition(",")
        counts = [count for count in (low, high) if count]
        if end < 0 or not low or not all(c.isascii() and c.isdigit() for c in counts):
            raise PatternUnsound(f"the '{{' at {self.at + 1} is no count of repetitions")
        if any(len(count) > 5 or int(count) > MOST_REPEATS for count in counts):
            raise PatternUnsound(f"over {MOST_REPEATS} repetitions are asked for")
        self.at = end + 1
        least = int(low)
        most = (int(high) if high else None) if comma else least
        if most is not None and most < least:
            raise PatternUnsound(f"{least} to {most} repetitions are asked for")
        return self._repeated(part, least, most)

    def _repeated(self, part: Node, least: int, most: int | None) -> Node:
        if self._peek() and self._peek() in "?*+{":
            raise PatternUnsound(f"two repetitions stand together at {self.at + 1}")
        return Repeat(part, least, most)

    def escape(self) -> Test:
        one = self._next()
        if one in _CONTROLS:
            return _CONTROLS[one].__eq__
        if one.lower() in _CLASSES:
            test = _CLASSES[one.lower()]
            return test if one.islower() else _opposite(test)
        if one in "pP":
            return self._property(one == "P")
        if one.isascii() and not one.isalnum():
            return one.__eq__
        raise PatternUnsound(f"\\{one} is not known to XML Schema")

    def _property(self, is_opposite: bool) -> Test:
        end = self.text.find("}", self.at)
        if self._peek() != "{" or end < 0:
            raise PatternUnsound("\\p is not followed by a property in braces")
        name = self.text[self.at + 1 : end]
        self.at = end + 1
        test: Test
        if name in _BLOCKS:
            first, last = _BLOCKS[name]

            def test(one: str) -> bool:
                return first <= ord(one) <= last
        elif _CATEGORIES.fullmatch(name):

            def test(one: str) -> bool:
                return unicodedata.category(one).startswith(name)
        else:
            raise PatternUnsound(f"the property {name[:40]!r} is not known here")
        return _opposite(test) if is_opposite else test

    def char_class(self) -> Test:
        """After the '['; ends after the ']'."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternUnsound(f"groups are nested deeper than {DEEPEST}")
        is_opposite = self._take_if("^")
        tests: list[Test] = []
        without: Test | None = None
        while not self._take_if("]"):
            if self._peek() == "-" and self.text[self.at + 1 : self.at + 2] == "[" and tests:
                self.at += 2
                without = self.char_class()
                if not self._take_if("]"):
                    raise PatternUnsound("a ']' is missing")
                break
            tests.append(self._class_item())
        if not tests:
            raise PatternUnsound("a '[]' is empty")
        self.depth -= 1

        def test(one: str) -> bool:
            is_in = any(each(one) for each in tests) != is_opposite
            return is_in and not (without is not None and without(one))

        return test

    def _class_item(self) -> Test:
        first = self._next()
        if first == "[":
            raise PatternUnsound("a '[' stands within a '[]'")
        if first == "\\":
            escaped = self._peek()
            if escaped.lower() in _CLASSES or (escaped and escaped in "pP"):
                return self.escape()
            first = self._escaped_character()
        is_range = self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", "[")
        if not is_range:
            return first.__eq__
        self.at += 1
        last = self._next()
        if last == "\\":
            last = self._escaped_character()
        if first > last:
            raise PatternUnsound(f"the range {first}-{last} is the wrong way round")
        return lambda one: first <= one <= last

    def _escaped_character(self) -> str:
        one = self._next()
        if one in _CONTROLS:
            return _CONTROLS[one]
        if one.isascii() and not one.isalnum():
            return one
        raise PatternUnsound(f"\\{one} is not known to XML Schema")

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise PatternUnsound("it ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def _take_if(self, one: str) -> bool:
        if self._peek() != one:
            return False
        self.at += 1
        return True
