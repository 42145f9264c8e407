"""Files of answers that were uploaded and wait for a decision: on disk, an hour at most.

What waits is a description and, once the file is read, the answers without anybody's identifier.
Both lie where uploads lie, whose sweeper removes them (`exam_engine.uploads.sweeping`).
"""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from exam_engine.calibration.errors import UploadNotFound
from exam_engine.calibration.outside.preview import Preview, Wish

LONGEST_READING = timedelta(minutes=12)
SILENT = "Reading the file broke off. Nothing was stored. Upload it again."
UNREAD = (
    "Reading the file broke off: it is damaged, or larger in memory than a reader may be. Nothing "
    "was stored. Save it as CSV, or split it by candidates."
)


class WaitingState(StrEnum):
    READING = "reading"
    FAILED = "failed"
    REFUSED = "refused"
    READY = "ready"


class Waiting(Struct, frozen=True):
    """``sentence`` says why a file could not be read."""

    id: UUID
    state: WaitingState
    file_name: str
    file_bytes: int
    wish: Wish
    by: UUID | None
    uploaded_at: datetime
    preview: Preview | None = None
    sentence: str = ""


def write(directory: Path, waiting: Waiting) -> None:
    """Put down the description, whole or not at all."""
    path = _path(directory, waiting.id)
    draft = path.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(waiting))
    draft.replace(path)


def find(directory: Path, upload_id: UUID, now: datetime) -> Waiting:
    """Raises `UploadNotFound` for one that was accepted, put aside or left for over an hour."""
    try:
        waiting = msgspec.json.decode(_path(directory, upload_id).read_bytes(), type=Waiting)
    except (FileNotFoundError, msgspec.ValidationError):
        raise UploadNotFound from None
    if waiting.state is WaitingState.READING and now > waiting.uploaded_at + LONGEST_READING:
        return replace(waiting, state=WaitingState.FAILED, sentence=SILENT)
    return waiting


def finish(
    directory: Path, waiting: Waiting, preview: Preview, answers: Sequence[bytes]
) -> Waiting:
    """The file is read: ``answers`` of each data set, packed as they will be stored."""
    state = WaitingState.REFUSED if preview.errors else WaitingState.READY
    done = replace(waiting, state=state, preview=preview)
    for number, packed in enumerate(answers):
        _answers(directory, waiting.id, number).write_bytes(packed)
    write(directory, done)
    return done


def fail(directory: Path, waiting: Waiting, sentence: str) -> None:
    write(directory, replace(waiting, state=WaitingState.FAILED, sentence=sentence))


def read_answers(directory: Path, waiting: Waiting) -> list[bytes]:
    """Raises `UploadNotFound` where they are gone."""
    assert waiting.preview is not None  # noqa: S101 - it is read
    numbers = range(len(waiting.preview.data_sets))
    try:
        return [_answers(directory, waiting.id, number).read_bytes() for number in numbers]
    except FileNotFoundError:
        raise UploadNotFound from None


def remove(directory: Path, upload_id: UUID) -> None:
    for path in directory.glob(f"answers-{upload_id}.*"):
        path.unlink(missing_ok=True)


def packed(answers: bytes) -> bytes:
    """As `PastAdministration.answers` is stored."""
    return zlib.compress(answers, 6)


def _path(directory: Path, upload_id: UUID) -> Path:
    return directory / f"answers-{upload_id}.json"


def _answers(directory: Path, upload_id: UUID, number: int) -> Path:
    return directory / f"answers-{upload_id}.{number}"
