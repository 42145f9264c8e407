"""What a form's scores are for, and the conversion table that replaced its provisional one.

Revision: 0006, after: 0005
"""

import sqlalchemy as sa
from alembic import op

from exam_engine.base import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # in words: SQLite adds a column with its constraint, where Alembic would copy the table
    op.execute(
        "ALTER TABLE form ADD COLUMN purpose VARCHAR(20) DEFAULT 'practice' NOT NULL "
        "CONSTRAINT ck_form_known_purpose "
        "CHECK (purpose IN ('practice', 'beta', 'operational'))"
    )
    for table in ("form", "score"):
        op.add_column(
            table,
            sa.Column("conversion_number", sa.Integer(), nullable=False, server_default="0"),
        )
    op.create_table(
        "form_conversion",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("conversion", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_form_conversion_positive_number")),
        sa.CheckConstraint(
            "source IN ('standard', 'equating')", name=op.f("ck_form_conversion_known_source")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form.id"], name=op.f("fk_form_conversion_form_id_form")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_form_conversion_made_by_person")
        ),
        sa.PrimaryKeyConstraint("form_id", "number", name=op.f("pk_form_conversion")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER form_conversion_append_only "
            "BEFORE UPDATE OR DELETE OR TRUNCATE ON form_conversion "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER form_conversion_no_{act} BEFORE {act.upper()} ON form_conversion "
            "BEGIN SELECT RAISE(ABORT, 'form_conversion is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table("form_conversion")
    op.drop_column("score", "conversion_number")
    op.drop_column("form", "conversion_number")
    op.drop_column("form", "purpose")
