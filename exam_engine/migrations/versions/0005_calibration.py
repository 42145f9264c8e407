"""Item parameters on their scales, calibration runs, answers given elsewhere.

Parameters, a run's items and artifacts take new rows only.

Revision: 0005, after: 0004
"""

import sqlalchemy as sa
from alembic import op

from exam_engine.base import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = ("parameter_set", "item_parameters", "calibration_artifact", "calibration_item")


def upgrade() -> None:
    op.create_table(
        "parameter_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scale", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("anchored", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("approved_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_parameter_set_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_set")),
        sa.UniqueConstraint("run_id", name=op.f("uq_parameter_set_run_id")),
        sa.UniqueConstraint("scale", "version", name=op.f("uq_parameter_set_scale_version")),
    )
    op.create_table(
        "item_parameters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.String(length=10), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_item_parameters_n")),
        sa.ForeignKeyConstraint(
            ["item_version_id"],
            ["item_version.id"],
            name=op.f("fk_item_parameters_item_version_id_item_version"),
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["parameter_set.id"], name=op.f("fk_item_parameters_set_id_parameter_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_parameters")),
        sa.UniqueConstraint(
            "set_id", "item_version_id", name=op.f("uq_item_parameters_set_id_item_version_id")
        ),
    )
    with op.batch_alter_table("item_parameters", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_item_parameters_item_version_id"), ["item_version_id"], unique=False
        )

    op.create_table(
        "calibration_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=100), nullable=False),
        sa.Column("repeats_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("log", sa.JSON(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("data_hash", sa.String(length=64), nullable=True),
        sa.Column("n_persons", sa.Integer(), nullable=True),
        sa.Column("n_items", sa.Integer(), nullable=True),
        sa.Column("digits", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=True),
        sa.Column("scale", sa.String(length=80), nullable=True),
        sa.Column("parameters_version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state <> 'failed' OR failure IS NOT NULL", name=op.f("ck_calibration_run_failed_why")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'finished', 'failed', 'cancelled', 'approved', 'rejected')",
            name=op.f("ck_calibration_run_known_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'rejected') OR decided_at IS NOT NULL",
            name=op.f("ck_calibration_run_decided_when"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_calibration_run_decided_by")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_calibration_run_exam_id")),
        sa.ForeignKeyConstraint(
            ["repeats_id"], ["calibration_run.id"], name=op.f("fk_calibration_run_repeats_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["person.id"], name=op.f("fk_calibration_run_requested_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_run")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_calibration_run_idempotency_key")),
    )
    with op.batch_alter_table("calibration_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calibration_run_exam_id"), ["exam_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calibration_run_state"), ["state"], unique=False)

    op.create_table(
        "calibration_artifact",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["calibration_run.id"], name=op.f("fk_calibration_artifact_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_calibration_artifact")),
    )
    op.create_table(
        "calibration_item",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=10), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_version_id"],
            ["item_version.id"],
            name=op.f("fk_calibration_item_item_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["calibration_run.id"], name=op.f("fk_calibration_item_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_calibration_item")),
        sa.UniqueConstraint("run_id", "code", name=op.f("uq_calibration_item_run_id_code")),
    )
    op.create_table(
        "past_administration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("held_at", Instant(), nullable=False),
        sa.Column("n_candidates", sa.Integer(), nullable=False),
        sa.Column("n_positions", sa.Integer(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.CheckConstraint("n_candidates > 0", name=op.f("ck_past_administration_positive_count")),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form.id"], name=op.f("fk_past_administration_form_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_administration")),
        sa.UniqueConstraint("form_id", "title", name=op.f("uq_past_administration_form_id_title")),
    )
    op.add_column(
        "exam",
        sa.Column("second_approver", sa.Boolean(), nullable=False, server_default=sa.false()),
    )

    _append_only()


def _append_only() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        if postgresql:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            continue
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.drop_column("second_approver")

    op.drop_table("past_administration")
    op.drop_table("calibration_item")
    op.drop_table("calibration_artifact")
    with op.batch_alter_table("calibration_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibration_run_state"))
        batch_op.drop_index(batch_op.f("ix_calibration_run_exam_id"))

    op.drop_table("calibration_run")
    with op.batch_alter_table("item_parameters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_parameters_item_version_id"))

    op.drop_table("item_parameters")
    op.drop_table("parameter_set")
