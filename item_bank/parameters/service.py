"""Adding parameters to the bank."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank.errors import ParametersRecorded, ParametersUnsound
from item_bank.parameters.soundness import Parameters, check
from item_bank.queries import get_versions
from item_bank.tables import ItemParameters, ParameterSet


class Scales:
    """The bank's scales within one transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def record(
        self,
        scale: str,
        run_id: str,
        parameters: Sequence[Parameters],
        by: UUID | None,
        *,
        anchored: bool,
        note: str = "",
    ) -> ParameterSet:
        """All of these as the scale's next version.

        Raises ParametersUnsound, VersionNotFound, and ParametersRecorded where the run, or at the
        same moment another one, has taken that place.
        """
        if not parameters:
            raise ParametersUnsound("A version of a scale has at least one item.")
        for one in parameters:
            check(one)
        await get_versions(self._session, [one.item_version_id for one in parameters])
        taken = select(ParameterSet.id).where(ParameterSet.run_id == run_id)
        if await self._session.scalar(taken) is not None:
            raise ParametersRecorded("The parameters of this run are in the bank already.")
        last = await self._session.scalar(
            select(func.max(ParameterSet.version)).where(ParameterSet.scale == scale)
        )
        stored = ParameterSet(
            id=uuid4(),
            scale=scale,
            version=(last or 0) + 1,
            run_id=run_id,
            anchored=anchored,
            note=note,
            approved_at=self._now,
            approved_by=by,
        )
        self._session.add(stored)
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise ParametersRecorded(
                "Another approval on this scale came first. Look at it, then approve again."
            ) from error
        self._session.add_all(
            ItemParameters(
                id=uuid4(),
                set_id=stored.id,
                item_version_id=one.item_version_id,
                model=one.model,
                values=dict(one.values),
                errors=dict(one.errors),
                n=one.n,
            )
            for one in parameters
        )
        await self._session.flush()
        return stored
