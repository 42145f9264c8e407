"""Releases, decisions about keys, acts on results, and notices.

Revision: 0009, after: 0008
"""

import sqlalchemy as sa
from alembic import op

from exam_engine.base import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("item_decision", "result_act")


def upgrade() -> None:
    op.add_column(
        "score", sa.Column("decision_number", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("result", sa.Column("hold_reason", sa.String(length=500), nullable=True))
    op.create_table(
        "item_decision",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("treatment", sa.String(length=20), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_item_decision_positive_number")),
        sa.CheckConstraint(
            "treatment IN ('keep', 'also', 'everybody', 'not_scored')",
            name=op.f("ck_item_decision_known_treatment"),
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form.id"], name=op.f("fk_item_decision_form_id_form")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_item_decision_decided_by_person")
        ),
        sa.PrimaryKeyConstraint("form_id", "number", name=op.f("pk_item_decision")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("conversion_number", sa.Integer(), nullable=False),
        sa.Column("decision_number", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            '"count" >= 0 AND passed >= 0', name=op.f("ck_release_counts_not_negative")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> asked_by",
            name=op.f("ck_release_second_person"),
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_release_form_id_form")),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_release_sitting_id_sitting")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_release_asked_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["person.id"], name=op.f("fk_release_confirmed_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    op.create_index(op.f("ix_release_form_id"), "release", ["form_id"])
    op.create_index(
        "ix_release_open",
        "release",
        ["form_id"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "result_act",
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("score_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "verb IN ('hold', 'lift', 'release', 'withdraw', 'rescore')",
            name=op.f("ck_result_act_known_verb"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_result_act_positive_number")),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_result_act_result_id_result")
        ),
        sa.ForeignKeyConstraint(
            ["score_id"], ["score.id"], name=op.f("fk_result_act_score_id_score")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_result_act_by_id_person")),
        sa.PrimaryKeyConstraint("result_id", "number", name=op.f("pk_result_act")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('result_released', 'result_withdrawn', 'result_rescored')",
            name=op.f("ck_notice_known_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_notice_result_id_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_person_id"), "notice", ["person_id"])
    for table in APPEND_ONLY:
        _append_only(table)


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only "
            f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    for table in ("notice", "result_act", "release", "item_decision"):
        op.drop_table(table)
    op.drop_column("result", "hold_reason")
    op.drop_column("score", "decision_number")
