"""Accepting answers that were given elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.calibration.errors import DataUnsound, TitleTaken
from exam_engine.calibration.outside.preview import Preview, Wish
from exam_engine.calibration.tables import PastAdministration


class PastAdministrations:
    """Data sets within one transaction; ``now`` is the instant at which all of it happens."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def accept(
        self, wish: Wish, preview: Preview, answers: Sequence[bytes]
    ) -> list[PastAdministration]:
        """All data sets of a file, or none: ``answers`` of each, packed.

        Raises `DataUnsound` where errors stand against the file, `TitleTaken`.
        """
        if preview.errors or not preview.data_sets or preview.form_id is None:
            raise DataUnsound("This file cannot be accepted: mend it and upload it again.")
        added = []
        for told, packed in zip(preview.data_sets, answers, strict=True):
            assert told.held_on is not None  # noqa: S101 - without a day there are errors
            added.append(
                PastAdministration(
                    id=uuid4(),
                    form_id=preview.form_id,
                    title=told.title,
                    source=wish.source,
                    simulated=wish.simulated,
                    held_at=datetime.combine(told.held_on, time(), UTC),
                    n_candidates=told.candidates,
                    n_positions=len(preview.items),
                    answers=packed,
                    added_at=self._now,
                )
            )
        self._session.add_all(added)
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise TitleTaken from error
        return added
