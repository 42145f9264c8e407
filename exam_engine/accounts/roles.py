"""What people may be; a person may be several at once."""

from enum import StrEnum


class Role(StrEnum):
    CANDIDATE = "candidate"
    ITEM_WRITER = "item_writer"
    REVIEWER = "reviewer"
    BANK_MANAGER = "bank_manager"
    PSYCHOMETRICIAN = "psychometrician"
    JUDGE = "judge"
    PROCTOR = "proctor"
    MANAGER = "manager"
