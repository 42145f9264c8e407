"""Giving people the right to sit, and opening the door to them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.exams.errors import FormUnsound
from exam_engine.exams.tables import Exam, Form
from exam_engine.registration import codes
from exam_engine.registration.tables import Authorization, Sitting, SittingProctor, StartCode

VALID_FOR = timedelta(days=90)


class Registration:
    def __init__(self, session: AsyncSession, now: datetime, secret_key: bytes) -> None:
        self._session = session
        self._now = now
        self._secret_key = secret_key

    async def plan_sitting(
        self,
        exam: Exam,
        form: Form,
        title: str,
        opens_at: datetime,
        closes_at: datetime,
        *,
        self_admitting: bool,
        proctors: Iterable[UUID] = (),
        rehearsal: bool = False,
    ) -> Sitting:
        """A date on which people sit one published form together.  Raises `FormUnsound`."""
        if form.state != "published":
            raise FormUnsound("Only a published form can be sat. Publish it first.")
        sitting = Sitting(
            id=uuid4(),
            exam_id=exam.id,
            form_id=form.id,
            title=title,
            opens_at=opens_at,
            closes_at=closes_at,
            self_admitting=self_admitting,
            rehearsal=rehearsal,
            created_at=self._now,
        )
        self._session.add(sitting)
        await self._session.flush()
        self._session.add_all(
            SittingProctor(sitting_id=sitting.id, person_id=proctor) for proctor in set(proctors)
        )
        await self._session.flush()
        return sitting

    async def authorize(
        self, person_id: UUID, sitting: Sitting, allowance_s: int
    ) -> tuple[Authorization, str]:
        """A right to sit and its start code; the code is shown once and never stored."""
        authorization = Authorization(
            id=uuid4(),
            person_id=person_id,
            sitting_id=sitting.id,
            allowance_s=allowance_s,
            valid_until=self._now + VALID_FOR,
            created_at=self._now,
        )
        self._session.add(authorization)
        await self._session.flush()
        code = codes.new_code()
        self._session.add(
            StartCode(
                authorization_id=authorization.id,
                code_hash=codes.code_hash(self._secret_key, sitting.id, code),
                created_at=self._now,
            )
        )
        await self._session.flush()
        return authorization, code
