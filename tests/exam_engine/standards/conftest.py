"""A form whose standard is to be set, and the people who set it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from exam_engine.accounts.roles import Role
from exam_engine.database import Database
from exam_engine.standards import proceedings, queries
from exam_engine.standards.panels import PanelPlan, Seat
from exam_engine.standards.service import Panels
from exam_engine.standards.tables import Standard, StandardPanel
from tests import factories
from tests.exam_engine.conftest import Room
from tests.factories import Programmed

POSITIONS = range(1, 11)


@dataclass(slots=True)
class Bench:
    """``names`` are the judges', in the order in which ratings are given here."""

    database: Database
    programmed: Programmed
    facilitator: UUID
    colleague: UUID
    manager: UUID
    judges: list[UUID]
    names: list[str] = field(default_factory=list)

    @property
    def form_id(self) -> UUID:
        return self.programmed.form.id

    def plan(self, **changes: Any) -> PanelPlan:
        facts: dict[str, Any] = {
            "form_id": self.form_id,
            "method": "angoff",
            "title": "Spring panel",
            "n_rounds": 2,
            "seats": tuple(Seat(judge, "Ten years in schools") for judge in self.judges),
        }
        return PanelPlan(**(facts | changes))

    async def made(self, **changes: Any) -> UUID:
        return await proceedings.make_panel(self.database, self.plan(**changes), self.facilitator)

    async def do(self, act: Callable[[Panels], Any]) -> Any:
        """One act in a transaction of its own."""
        async with self.database.transaction() as session:
            return await act(Panels(session, await self.database.now(session)))

    async def sworn(self, **changes: Any) -> UUID:
        """A panel in practice whose judges have accepted the statement."""
        panel_id = await self.made(**changes)

        async def swear(panels: Panels) -> None:
            await panels.begin(panel_id, self.facilitator)
            for judge in self.judges:
                await panels.accept(panel_id, judge)

        await self.do(swear)
        return panel_id

    async def open(self, panel_id: UUID) -> None:
        await self.do(lambda panels: panels.open_round(panel_id, self.facilitator))

    async def rate(
        self, panel_id: UUID, judge: UUID, ratings: Mapping[int, float | None], number: int = 1
    ) -> int:
        kept = await self.do(lambda panels: panels.rate(panel_id, judge, number, ratings))
        return int(kept)

    async def round(
        self, panel_id: UUID, rows: Sequence[Sequence[float]], number: int = 1
    ) -> StandardPanel:
        """Open a round, let every judge rate every position, close it."""

        async def rate(panels: Panels) -> None:
            await panels.open_round(panel_id, self.facilitator)
            for judge, row in zip(self.judges, rows, strict=True):
                places = [0] if len(row) == 1 else list(POSITIONS)[: len(row)]
                ratings: dict[int, float | None] = dict(zip(places, row, strict=True))
                await panels.rate(panel_id, judge, number, ratings)

        await self.do(rate)
        return await self.close(panel_id)

    async def close(self, panel_id: UUID, reason: str = "") -> StandardPanel:
        return await proceedings.close_round(self.database, panel_id, self.facilitator, reason)

    async def recommended(self, panel_id: UUID) -> Standard:
        standard = await self.do(lambda panels: panels.recommend(panel_id, self.facilitator))
        assert isinstance(standard, Standard)
        return standard

    async def report(self, panel_id: UUID, number: int) -> dict[str, Any]:
        panel = await self.panel(panel_id)
        found: dict[str, Any] = panel.reports[str(number)]
        return found

    async def panel(self, panel_id: UUID) -> StandardPanel:
        async with self.database.reading() as session:
            return await queries.get_panel(session, panel_id, whole=True)


async def a_bench(database: Database, programmed: Programmed, n_judges: int = 3) -> Bench:
    async with database.transaction() as session:
        now = await database.now(session)
        names = ["Ada", "Bo", "Cleo", "Dan"][:n_judges]
        judges = [
            (await factories.a_person(session, now, Role.JUDGE, name=name)).id for name in names
        ]
        staff = [
            (await factories.a_person(session, now, role)).id
            for role in (Role.PSYCHOMETRICIAN, Role.PSYCHOMETRICIAN, Role.MANAGER)
        ]
    return Bench(database, programmed, *staff, judges, names)


@pytest.fixture
async def bench(room: Room) -> Bench:
    return await a_bench(room.database, room.programmed)
