"""Exams, their blueprints, and forms that keep to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.exams import assembly, imported, queries
from exam_engine.exams.conversion import PROVISIONAL, Conversion
from exam_engine.exams.errors import (
    ConversionSettled,
    ConversionUnfit,
    FormPublished,
    FormUnsound,
)
from exam_engine.exams.programme import Programme, item_counts
from exam_engine.exams.purposes import Purpose
from exam_engine.exams.tables import BlueprintRow, Exam, Form, FormConversion, FormItem
from item_bank.framework import Edition
from item_bank.imports.outlines import Outline
from item_bank.items import KINDS_ON_FORMS
from item_bank.lifecycle import ON_FORMS, ItemState
from item_bank.queries import (
    get_edition,
    get_versions,
    list_enemies,
    list_items_by_area,
    list_nodes,
)

LONGEST_REASON = 500


class Exams:
    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def add_exam(self, programme: Programme, edition: Edition) -> Exam:
        """An exam whose blueprint follows the weights of the edition's skill areas."""
        exam = Exam(
            id=uuid4(),
            code=programme.code,
            title=programme.title,
            allowance_s=programme.allowance_s,
            grace_s=0,
            scale_low=programme.scale_low,
            scale_high=programme.scale_high,
            cut=programme.cut,
            release=programme.release,
            created_at=self._now,
        )
        self._session.add(exam)
        await self._session.flush()
        areas = edition.skill_areas
        counts = item_counts(
            [(area.code, area.weight or 0) for area in areas], programme.question_count
        )
        stored = await get_edition(self._session, edition.code)
        ids = {node.code: node.id for node in await list_nodes(self._session, stored.id)}
        self._session.add_all(
            BlueprintRow(
                exam_id=exam.id, node_id=ids[area.code], item_count=counts[area.code], position=n
            )
            for n, area in enumerate(areas, 1)
            if counts[area.code]
        )
        await self._session.flush()
        return exam

    async def assemble(
        self,
        exam: Exam,
        code: str,
        seed: int,
        conversion: Conversion,
        purpose: Purpose = Purpose.PRACTICE,
        *,
        pretest: int = 0,
    ) -> Form:
        """A draft form that meets the blueprint from operational items of the kinds that delivery
        carries, with so many items in pretest among them, which count in no score.

        Raises `BlueprintNotMet`.
        """
        blueprint = await queries.list_blueprint(self._session, exam.id)
        states = {ItemState.OPERATIONAL, ItemState.PRETEST}
        listed = {
            area: [item for item in rows if item.kind in KINDS_ON_FORMS]
            for area, rows in (await list_items_by_area(self._session, None, states)).items()
        }
        items = [item for area in listed.values() for item in area]
        enemies: dict[UUID, set[UUID]] = {}
        for one, other in await list_enemies(self._session, [item.item_id for item in items]):
            enemies.setdefault(one, set()).add(other)
            enemies.setdefault(other, set()).add(one)

        def eligible(state: ItemState) -> dict[str, list[assembly.Eligible[UUID]]]:
            return {
                area: [
                    assembly.Eligible(item.item_id, frozenset(enemies.get(item.item_id, ())))
                    for item in rows
                    if item.state == state
                ]
                for area, rows in listed.items()
            }

        nodes = [(node.code, node.item_count) for node in blueprint]
        scored = assembly.draw(nodes, eligible(ItemState.OPERATIONAL), seed)
        in_pretest = eligible(ItemState.PRETEST)
        drawn = assembly.with_pretest(
            scored, {code: in_pretest.get(code, []) for code, _ in nodes}, pretest, seed
        )
        form = Form(
            id=uuid4(),
            exam_id=exam.id,
            code=code,
            state="draft",
            purpose=purpose,
            assembly=assembly.ASSEMBLY,
            seed=seed,
            conversion=conversion.to_json(),
            created_at=self._now,
        )
        self._session.add(form)
        await self._session.flush()
        node_ids = {node.code: node.node_id for node in blueprint}
        versions = {item.item_id: item.version_id for item in items}
        self._session.add_all(
            FormItem(
                form_id=form.id,
                position=position,
                item_version_id=versions[item_id],
                node_id=node_ids[area],
                role="pretest" if is_pretest else "scored",
            )
            for position, (area, item_id, is_pretest) in enumerate(drawn, 1)
        )
        await self._session.flush()
        return form

    async def draft_from_test(
        self, exam: Exam, outline: Outline, import_id: UUID, file_name: str
    ) -> Form | None:
        """A draft with the items of an imported test that the bank holds, in its order.

        None where there is none, or where the exam has the same form already.
        """
        found = await queries.list_for_form(self._session, outline.codes)
        codes = [code for code in outline.codes if code in found]
        versions = [found[code].version_id for code in codes]
        name = imported.form_code(outline, versions)
        if not codes or await queries.find_form(self._session, exam.id, name) is not None:
            return None
        form = Form(
            id=uuid4(),
            exam_id=exam.id,
            code=name,
            state="draft",
            assembly=imported.ASSEMBLY,
            seed=0,
            conversion={},
            structure=imported.structure_of(outline, found, import_id, file_name),
            created_at=self._now,
        )
        self._session.add(form)
        await self._session.flush()
        # In one statement: a test may name thousands, and other writers wait meanwhile.
        await self._session.execute(
            insert(FormItem),
            [
                {
                    "form_id": form.id,
                    "position": position,
                    "item_version_id": found[code].version_id,
                    "node_id": found[code].area_id,
                    "role": "scored",
                }
                for position, code in enumerate(codes, 1)
            ],
        )
        return form

    async def publish(self, form: Form) -> None:
        """From here on the form cannot change.  Raises `FormPublished`, `FormUnsound`."""
        if form.state == "published":
            raise FormPublished
        items = await queries.list_form_items(self._session, form.id)
        drawing = imported.drawing_section(form.structure)
        if drawing is not None:
            raise FormUnsound(
                f"The section {drawing!r} draws some of its questions for each candidate. A form "
                "is the same for all: make one of the questions that are wanted."
            )
        versions = await get_versions(self._session, [item.item_version_id for item in items])
        await self._refuse_unready(form)
        for position, item in enumerate(items, 1):
            if versions[item.item_version_id].kind not in KINDS_ON_FORMS:
                raise FormUnsound(
                    f"Question {position} of the form is not single choice in plain text. "
                    "Exams show no other kind yet; take it off the form."
                )
        scored = sum(item.role == "scored" for item in items)
        if not form.conversion:
            raise FormUnsound("The form has no conversion table yet.")
        conversion = Conversion.from_json(form.conversion)
        if len(conversion.scaled) != scored + 1:
            raise FormUnsound(
                f"The conversion table is for {len(conversion.scaled) - 1} scored questions; "
                f"the form has {scored}."
            )
        form.state = "published"
        form.published_at = self._now
        await self._session.flush()

    async def replace_conversion(
        self,
        form: Form,
        conversion: Conversion,
        *,
        source: str,
        source_id: UUID,
        evidence: Mapping[str, Any],
        by: UUID | None,
        reason: str = "",
    ) -> FormConversion:
        """The table that a published form keeps from here on, in place of its provisional one.

        ``source`` is "standard" or "equating".  Raises `ConversionSettled`, `ConversionUnfit`.
        """
        locked = await queries.get_form_for_update(self._session, form.id)
        before = await queries.get_conversion(self._session, locked)
        if locked.conversion_number or before.method != PROVISIONAL:
            raise ConversionSettled
        exam = await queries.get_exam(self._session, locked.exam_id)
        wanted = (before.low, before.high, before.cut, len(before.scaled))
        if (conversion.low, conversion.high, conversion.cut, len(conversion.scaled)) != wanted:
            raise ConversionUnfit(
                f"A table of this form has {len(before.scaled)} raw scores, on the scale "
                f"{exam.scale_low} to {exam.scale_high} with the passing score {exam.cut}."
            )
        row = FormConversion(
            form_id=locked.id,
            number=1,
            conversion=conversion.to_json(),
            source=source,
            source_id=source_id,
            evidence=dict(evidence),
            reason=reason.strip()[:LONGEST_REASON],
            made_at=self._now,
            made_by=by,
        )
        self._session.add(row)
        await self._session.flush()
        locked.conversion_number = row.number
        await self._session.flush()
        return row

    async def _refuse_unready(self, form: Form) -> None:
        states = await queries.list_form_states(self._session, form.id)
        unready = [code for code, state in states if state not in ON_FORMS]
        if unready:
            more = f" and {len(unready) - 3} more" if len(unready) > 3 else ""
            raise FormUnsound(
                f"{', '.join(unready[:3])}{more} cannot be on a published form yet: only items in "
                "pretest or operational can."
            )
