"""Equatings of one form to another, with their reports and decisions.

Revision: 0008, after: 0007
"""

import sqlalchemy as sa
from alembic import op

from exam_engine.base import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEYS = (
    *(("exam_id", "exam"), ("form_id", "form"), ("base_form_id", "form")),
    *(("requested_by", "person"), ("decided_by", "person")),
)


def upgrade() -> None:
    op.create_table(
        "equating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("base_form_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("data_hash", sa.String(length=64), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'rejected')", name=op.f("ck_equating_known_state")
        ),
        sa.CheckConstraint("form_id <> base_form_id", name=op.f("ck_equating_two_forms")),
        sa.CheckConstraint(
            "state = 'draft' OR decided_at IS NOT NULL", name=op.f("ck_equating_decided_when")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_equating_{column}_{table}")
            )
            for column, table in KEYS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equating")),
    )
    op.create_index(op.f("ix_equating_form_id"), "equating", ["form_id"])


def downgrade() -> None:
    op.drop_table("equating")
