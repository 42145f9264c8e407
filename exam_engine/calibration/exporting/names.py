"""What there is to export, by the name of its file."""

from typing import Final

TABLES: Final = {
    "parameters": "Parameters with their errors",
    "responses": "Responses as they were frozen, candidates by number",
    "classical": "Classical figures of items",
    "options": "Options: how many chose each, and how able they were",
    "fit": "Fit of items",
}
FORMATS: Final = ("csv", "parquet")
USAGE: Final = "usage-data.xml"
CERTIFICATE: Final = "certificate.json"
NAMES: Final = (
    *(f"{table}.{form}" for table in TABLES for form in FORMATS),
    USAGE,
    CERTIFICATE,
)
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xml": "application/xml",
    "json": "application/json",
}
