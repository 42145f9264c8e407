"""What a reader can find in a file, each with a stable code, a severity and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Severity(StrEnum):
    """An error keeps a question, or the whole file, out. A warning: it comes in, and something is
    lost or was guessed. A note: what the file holds and the bank has no use for.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """``place`` is "line 7" or "cell B7", or empty where the whole file is meant.

    ``item`` is the code of the item that came in all the same, or empty.
    """

    severity: Severity
    code: str
    place: str
    sentence: str
    mend: str
    item: str = ""


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: Final[Mapping[str, tuple[Severity, str]]] = MappingProxyType(
    {
        # the file
        "file_empty": (_E, "Choose the file again; it may have been cut off."),
        "file_too_large": (_E, "Split the file and upload the parts."),
        "file_too_many": (_E, "Split the file and upload the parts."),
        "file_unknown": (_E, "Upload CSV, XLSX, GIFT, Aiken, Moodle XML or QTI."),
        "questions_missing": (_E, "Check that it is the right file, and in the right format."),
        "encoding_refused": (_E, "Save the file as UTF-8 and upload it again."),
        "encoding_guessed": (_W, "Check letters with accents, or save the file as UTF-8."),
        "xml_refused": (_E, "Export the file again from where it comes from."),
        # tables
        "column_missing": (_E, "Start from the template, or name the column as it does."),
        "column_repeated": (_E, "Keep one column of that name."),
        "column_unknown": (_W, "Name the column as the template does, or leave it."),
        "row_malformed": (_E, "Close the quotes in the row, and double those inside a cell."),
        "row_too_long": (_E, "Put quotes around cells that hold the delimiter."),
        "row_short": (_W, "Check that no cell has slipped to the left."),
        "cell_missing": (_E, "Fill in the cell."),
        "cell_too_long": (_E, "Shorten the text."),
        "cell_wrong": (_E, "Write what the template describes for the column."),
        "cell_unused": (_W, "Clear the cell, or correct the type of the question."),
        "sheet_missing": (_E, "Put the questions on the first visible sheet."),
        "sheet_unread": (_W, "Move its questions to the first visible sheet."),
        "workbook_refused": (_E, "Save it as an Excel workbook (.xlsx) without macros."),
        "cells_merged": (_E, "Unmerge the cells and fill in each of them."),
        "formula_value": (_W, "Check the text, or paste it as a value."),
        "formula_empty": (_E, "Replace the formula by its value."),
        "cell_error": (_E, "Correct the formula or replace it by its value."),
        "number_mangled": (_E, "Format the column as Text and type the cell again."),
        "number_guessed": (_W, "Check the text, or format the column as Text."),
        "date_mangled": (_E, "Format the column as Text and type the cell again."),
        "link_dropped": (_N, "Values that came from other workbooks are read as they were saved."),
        # questions
        "question_wrong": (_E, "Correct the question in the file it comes from."),
        "question_repeated": (_W, "Remove one of the two."),
        "code_repeated": (_E, "Give each question its own code."),
        "code_changed": (_N, "Give the question a code of letters, digits, '-' and '_'."),
        "type_refused": (_E, "Write the question anew as one of the types that are read."),
        "not_a_question": (_N, "Put the text into the questions that need it."),
        "syntax": (_E, "Correct the text at this place."),
        # what is not carried over
        "feedback_dropped": (_W, "Add it by hand where writers need it."),
        "general_feedback_moved": (_N, "It is now the sentence to remember."),
        "penalty_dropped": (_W, "Nothing is taken off for wrong answers; check the scoring."),
        "partial_credit": (_N, "Exams that score right or wrong take items without it."),
        "scoring_changed": (_W, "Check how the item is scored."),
        "weight_dropped": (_N, "Each item counts one mark; blueprints weigh items."),
        "retries_dropped": (_N, "An exam has one try."),
        "category_dropped": (_N, "Tag the items to skill areas of the framework."),
        "tags_dropped": (_N, "Tag the items to skill areas of the framework."),
        "comment_dropped": (_N, "Keep the file if the comments matter."),
        "setting_dropped": (_N, "Nothing needs to be done."),
        "markup_changed": (_W, "Compare the item with the original."),
        "markup_refused": (_E, "Remove the markup in the file it comes from."),
        "formula_text": (_W, "Correct it, or write it as words or as a picture with a text."),
        "formula_dropped": (_W, "Try the item with several seeds, and check the answers."),
        "formula_read": (_N, "Look at each formula as a candidate sees it."),
        "media_missing": (_W, "Add the picture to the item by hand."),
        "media_refused": (_E, "Replace the file by a PNG or JPEG picture."),
        "not_in_table": (_W, "Export the item as QTI 3."),
        "group_dropped": (_N, "Blueprints choose items for a form."),
        # packages
        "archive_refused": (_E, "Pack the files again with an ordinary zip program."),
        "archive_damaged": (_E, "Copy or export the file again; it may have been cut off."),
        "archive_nested": (_E, "Unpack it and pack its files beside the others."),
        "file_damaged": (_E, "Export the package again."),
        "file_missing": (_W, "Export the package again with all its files."),
        "file_repeated": (_N, "Nothing needs to be done."),
        "file_undeclared": (_N, "Nothing needs to be done."),
        "file_unused": (_N, "Nothing needs to be done, unless an item should show it."),
        "name_guessed": (_W, "Check that all pictures are there."),
        "manifest_missing": (_E, "Pack the files so that imsmanifest.xml is among them."),
        "manifest_wrong": (_E, "Export the package again as QTI 2 or 3."),
        "folder_around": (_N, "Nothing needs to be done."),
        "resource_missing": (_W, "Export the package again with all its parts."),
        "resource_repeated": (_W, "Check that the package holds each part once."),
        "item_missing": (_E, "Export the package again with all its items."),
        "item_unscored": (_W, "People score it; otherwise add response processing."),
        "item_unusual": (_W, "Compare the item with the original."),
        "max_score_missing": (_W, "Say the highest score as normal-maximum of SCORE."),
        "part_dropped": (_W, "Compare the item with the original."),
        "metadata_missing": (_W, "Keep a note of where the package comes from."),
        "media_unfit": (_W, "Replace the file by a PNG or JPEG picture."),
        "style_dropped": (_N, "Items look the same throughout an exam."),
        "media_external": (_W, "Put the file into the package: exams load nothing from the web."),
        "stimulus_wrong": (_E, "Correct the text that the items share."),
        "tag_missing": (_W, "Choose the skill area when you import."),
        "tag_unknown": (_W, "Choose the skill area when you import."),
        "tag_ambiguous": (_W, "Choose the skill area when you import."),
        "fact_wrong": (_W, "Add the fact by hand."),
        "metadata_dropped": (_N, "Keep the package if the metadata matters."),
        "test_wrong": (_E, "Correct the test; the items come in without it."),
        "test_changed": (_W, "Compare the test with the original."),
        "test_dropped": (_W, "Set it up for the exam by hand."),
        "reference_missing": (_W, "See what is said of that item."),
        "statistic_wrong": (_W, "Correct the number, or go on without it."),
        "statistic_unknown": (_W, "Nothing needs to be done, unless the item should be there."),
    }
)
"""By code: how severe it is, and what to do about it."""


def found(code: str, place: str, sentence: str, mend: str = "", item: str = "") -> Finding:
    """A finding with the severity of its code, and its mend unless another one is given."""
    severity, usual = CODES[code]
    return Finding(severity, code, place, sentence, mend or usual, item)
