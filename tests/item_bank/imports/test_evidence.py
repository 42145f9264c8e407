"""What proves what: each case of the test catalogue about files has its tests, each reader its
fuzzing.

A row that names a test which is not there fails, and so does a format whose reader nobody fuzzes.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from item_bank.imports.detection import ImportFormat

TESTS = Path(__file__).parents[2]
BANK = "item_bank"
DOOR = "item_bank/imports/test_bad_input.py"
TOLD = f"{DOOR}::test_a_bad_file_is_told_by_place_and_the_sound_rest_of_it_is_listed"
NOTHING_STORED = "exam_engine/uploads/test_bad_input.py::test_nothing_bad_is_stored_and_all_is_told"
LOADING = "item_bank/qti/test_loading.py"
ARCHIVE = "item_bank/qti/packages/test_archive.py"
PACKAGE = "item_bank/qti/packages/test_reading.py"
HOSTILE = "item_bank/qti/packages/test_hostile_packages.py"
DOCUMENTS = "item_bank/qti/test_documents.py"
TABLE = "item_bank/formats/test_comma_separated.py"
BOOK = "item_bank/formats/test_workbook.py"
CLEANING = "item_bank/media/test_cleaning.py"
EXPORT = "item_bank/formats/test_export.py"
UPLOADS = "exam_engine/uploads/test_reading.py"

CATALOGUE: dict[str, tuple[str, ...]] = {
    "K1 QTI not well-formed, wrong namespace, wrong version": (
        TOLD,
        f"{LOADING}::test_a_hostile_or_broken_file_is_refused_in_a_sentence",
        "item_bank/qti/test_version2.py::test_other_versions_are_refused",
        f"{PACKAGE}::test_an_item_that_is_broken_is_told_by_line_and_the_others_come_in",
    ),
    "K2 broken references": (
        TOLD,
        f"{LOADING}::test_all_faults_of_a_file_are_told_and_the_first_is_raised_with_their_count",
        f"{PACKAGE}::test_what_is_missing_there_twice_or_unused_is_told",
        "item_bank/qti/packages/test_beside_items.py"
        "::test_faults_of_a_test_are_told_and_the_items_come_in",
    ),
    "K3 external entities": (
        TOLD,
        f"{DOOR}::test_nothing_is_fetched_and_no_other_file_is_read",
        f"{DOCUMENTS}::test_a_document_type_is_refused_whatever_is_in_it",
        f"{HOSTILE}::test_xml_that_means_harm_is_refused_wherever_it_stands",
    ),
    "K4 billion laughs, quadratic blow-up": (
        TOLD,
        f"{DOOR}::test_bombs_take_no_memory",
        f"{DOCUMENTS}::test_a_document_type_in_another_encoding_is_refused_too",
    ),
    "K5 XInclude, schema locations, stylesheets": (
        f"{DOOR}::test_nothing_is_fetched_and_no_other_file_is_read",
        f"{LOADING}::test_nothing_beside_the_file_is_read",
        f"{PACKAGE}::test_instructions_and_schema_addresses_fetch_nothing_and_are_left_out",
    ),
    "K6 zip bombs": (
        f"{ARCHIVE}::test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked",
        f"{ARCHIVE}::test_many_small_bombs_are_refused_by_their_sum",
        f"{ARCHIVE}::test_a_size_that_is_a_lie_is_found_when_the_file_is_read",
        f"{ARCHIVE}::test_members_that_lie_inside_one_another_are_refused",
        f"{ARCHIVE}::test_a_zip_inside_the_zip_is_not_opened",
        f"{BOOK}::test_a_member_that_unpacks_to_more_than_it_says_is_refused",
        f"{BOOK}::test_a_workbook_that_says_it_unpacks_to_too_much_is_refused",
    ),
    "K7 zip slip": (
        f"{ARCHIVE}::test_a_path_that_could_lead_out_of_the_package_is_refused",
        f"{ARCHIVE}::test_a_zero_byte_in_a_name_is_refused",
        "item_bank/qti/packages/test_manifest.py"
        "::test_an_address_means_a_path_inside_the_package_or_nothing",
    ),
    "K8 links, devices, names that are one": (
        f"{ARCHIVE}::test_links_and_devices_are_refused",
        f"{ARCHIVE}::test_the_same_name_twice_is_refused",
        f"{ARCHIVE}::test_names_that_are_one_on_some_systems_are_refused",
    ),
    "K9 encrypted, cut off, damaged, no zip, empty": (
        TOLD,
        f"{ARCHIVE}::test_an_encrypted_file_is_refused",
        f"{ARCHIVE}::test_what_is_no_whole_zip_file_is_refused",
        f"{ARCHIVE}::test_a_wrong_check_sum_keeps_that_file_out_and_no_other",
        f"{BOOK}::test_a_file_that_is_no_sound_workbook_is_refused",
    ),
    "K10 100,000 tiny files, one of a gigabyte": (
        f"{ARCHIVE}::test_too_many_files_are_refused_before_the_directory_is_read",
        f"{ARCHIVE}::test_zip64_is_refused",
        f"{DOCUMENTS}::test_a_file_above_the_size_is_refused_before_it_is_parsed",
    ),
    "K11 encodings": (
        TOLD,
        "item_bank/formats/test_encodings.py::test_a_text_is_decoded_and_a_guess_is_told",
        "item_bank/formats/test_encodings.py::test_what_is_no_text_is_refused_with_a_hint",
        f"{LOADING}::test_utf_16_and_a_byte_order_mark_are_read",
        f"{PACKAGE}::test_an_item_in_utf16_is_kept_in_utf8",
    ),
    "K12 huge pictures, SVG, polyglots": (
        f"{CLEANING}::test_a_picture_of_too_many_pixels_is_refused",
        f"{CLEANING}::test_what_is_not_kept_is_refused_with_the_reason",
        f"{CLEANING}::test_a_picture_that_something_follows_is_refused",
        f"{CLEANING}::test_a_picture_that_is_a_zip_at_its_end_is_refused",
        f"{HOSTILE}::test_a_huge_picture_is_refused_before_it_is_unpacked",
    ),
    "K13 XLSX: links, macros, formulas, entities, a million rows": (
        TOLD,
        f"{BOOK}::test_links_to_other_workbooks_are_not_followed",
        f"{BOOK}::test_macros_are_refused",
        f"{BOOK}::test_the_value_that_was_saved_with_a_formula_is_read_with_a_warning",
        f"{BOOK}::test_a_cell_far_out_is_refused_before_room_is_made_for_it",
    ),
    "K14 XLSX: dates, numbers, merged cells, hidden sheets": (
        f"{BOOK}::test_a_wrong_cell_is_named_and_the_other_rows_are_read",
        f"{BOOK}::test_numbers_and_booleans_are_read_as_excel_keeps_them",
        f"{BOOK}::test_merged_cells_are_named_and_their_rows_left_out",
        f"{BOOK}::test_the_first_sheet_that_can_be_seen_is_read_and_others_are_named",
    ),
    "K15 CSV: delimiters, open quotes, NUL, long cells, ragged rows, headers": (
        TOLD,
        f"{TABLE}::test_comma_semicolon_and_tab_are_told_apart",
        f"{TABLE}::test_a_quote_that_is_never_closed_takes_no_other_row_with_it",
        f"{TABLE}::test_a_cell_of_ten_megabytes_is_named",
        f"{TABLE}::test_ragged_rows_are_named_by_their_lines",
        f"{TABLE}::test_a_header_that_cannot_be_read_stops_the_file",
    ),
    "K16 cells that look like formulas": (
        f"{TABLE}::test_what_looks_like_a_formula_is_text_in_and_out",
        f"{DOOR}::test_a_text_cell_of_a_workbook_that_looks_like_a_formula_is_text",
    ),
    "K17 numbers, negative weights, keys that are no options": (
        TOLD,
        f"{TABLE}::test_a_wrong_cell_is_named_and_the_other_rows_are_read",
        f"{TABLE}::test_a_wrong_fact_is_named",
        "item_bank/formats/test_gift.py::test_a_bad_question_is_named_and_the_others_are_read",
    ),
    "K18 codes that are there twice, or in the bank": (
        TOLD,
        f"{TABLE}::test_a_code_that_is_there_twice_is_refused_the_second_time",
        f"{PACKAGE}::test_two_items_that_the_manifest_does_not_tell_apart_are_not_both_taken",
        f"{UPLOADS}::test_a_changed_item_waits_for_a_choice_and_keeps_its_old_version",
        f"{UPLOADS}::test_an_item_in_review_is_not_touched",
        f"{UPLOADS}::test_the_same_file_again_changes_nothing",
    ),
    "K19 no key, two keys, no options, 200 options": (
        TOLD,
        f"{TABLE}::test_two_hundred_options_are_too_many",
        f"{LOADING}::test_a_key_that_nobody_gave_is_an_error_where_rules_compare_with_it",
        f"{LOADING}::test_an_item_without_rules_is_read_as_not_scored_and_says_so",
        f"{UPLOADS}::test_bad_rows_are_told_by_place_and_the_rest_can_come_in",
    ),
    "K20 code in calculated questions, long patterns": (
        TOLD,
        "item_bank/formats/test_moodle.py"
        "::test_types_that_cannot_be_carried_are_refused_with_a_reason",
        f"{LOADING}::test_a_file_that_asks_for_too_much_is_refused",
        "item_bank/qti/test_patterns.py::test_patterns_that_never_end_elsewhere_end_at_once",
        "item_bank/qti/test_patterns.py::test_a_match_that_is_too_much_work_is_refused",
    ),
    "N1 formulas in a CSV export": (
        f"{EXPORT}::test_no_cell_that_goes_out_is_a_formula",
        f"{EXPORT}::test_any_single_choice_goes_out_and_comes_in",
    ),
    "N2 formulas in an XLSX export": (
        f"{DOOR}::test_the_template_as_a_workbook_holds_text_and_no_formula",
        f"{DOOR}::test_a_text_cell_of_a_workbook_that_looks_like_a_formula_is_text",
    ),
    "N3 separators, quotes, emoji, more than 32,767 characters": (
        f"{EXPORT}::test_any_single_choice_goes_out_and_comes_in",
        f"{EXPORT}::test_a_text_that_no_cell_can_hold_is_named_by_its_column",
    ),
}
STORED = ("K1", "K2", "K3", "K4", "K9", "K11", "K15", "K17", "K18", "K19", "K20")
"""Rows of which files go through the whole of an upload."""

_SPOILT = "item_bank/formats/test_fuzz.py::test_a_spoilt_file_is_read_as_far_as_it_goes"
FUZZED: dict[ImportFormat, tuple[str, ...]] = {
    ImportFormat.CSV: (_SPOILT,),
    ImportFormat.XLSX: (_SPOILT,),
    ImportFormat.GIFT: (
        _SPOILT,
        "item_bank/formats/test_fuzz.py::test_any_run_of_signs_is_read_as_gift",
    ),
    ImportFormat.AIKEN: (_SPOILT,),
    ImportFormat.MOODLE: (_SPOILT,),
    ImportFormat.CANVAS: (_SPOILT,),
    ImportFormat.QTI: (
        f"{LOADING}::test_a_damaged_file_is_read_or_refused",
        f"{LOADING}::test_a_rearranged_item_is_read_or_refused",
    ),
    ImportFormat.PACKAGE: (
        f"{HOSTILE}::test_a_package_with_one_file_spoiled",
        f"{HOSTILE}::test_a_zip_with_bytes_changed",
    ),
}


@cache
def functions(module: str) -> dict[str, ast.AST]:
    tree = ast.parse((TESTS / module).read_text("utf-8"))
    return {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("case", CATALOGUE)
def test_every_case_of_the_catalogue_has_its_tests(case: str) -> None:
    for address in CATALOGUE[case]:
        module, _, name = address.partition("::")
        assert name in functions(module), address


def test_no_case_is_left_out() -> None:
    rows = [case.split()[0] for case in CATALOGUE]
    assert rows == [f"K{n}" for n in range(1, 21)] + ["N1", "N2", "N3"]


def test_the_rows_are_those_of_the_catalogue(shared: Path) -> None:
    text = (shared / "research" / "reliability.md").read_text("utf-8")
    assert re.findall(r"^\| (K\d+|N[123]) \|", text, re.MULTILINE) == [
        case.split()[0] for case in CATALOGUE
    ]


def test_bad_files_go_through_the_whole_of_an_upload() -> None:
    from tests.item_bank.imports.bad_files import BAD_FILES

    assert {file.row for file in BAD_FILES} == set(STORED)
    module, _, name = NOTHING_STORED.partition("::")
    assert name in functions(module)


def test_every_reader_is_fuzzed() -> None:
    assert set(FUZZED) == set(ImportFormat)
    for addresses in FUZZED.values():
        for address in addresses:
            module, _, name = address.partition("::")
            assert "given" in {
                node.id for node in ast.walk(functions(module)[name]) if isinstance(node, ast.Name)
            }, address
