"""What one process shares between its requests; built in `exam_engine.app`, passed down."""

from dataclasses import dataclass

from exam_engine.database import Database
from exam_engine.delivery.recorder import Recorder
from exam_engine.live import Hints
from exam_engine.settings import Settings
from exam_engine.uploads.readers import FileReaders
from proctor.presence import Presence


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    database: Database
    recorder: Recorder
    presence: Presence
    hints: Hints
    readers: FileReaders
