"""Statistics of items and tests of packages: kept with an import, in the bank, on draft forms.

Revision: 0003, after: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _statistic(table: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("by_key", sa.JSON(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=True),
        sa.Column("standard_error", sa.Double(), nullable=True),
        sa.Column("standard_deviation", sa.Double(), nullable=True),
        sa.Column("last_updated", sa.Text(), nullable=False),
        sa.Column("glossary", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["item_import.id"], name=op.f(f"fk_{table}_import_id_item_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *more,
    )


def upgrade() -> None:
    _statistic(
        "item_statistic",
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["item_version.id"],
            name=op.f("fk_item_statistic_version_id_item_version"),
        ),
        sa.UniqueConstraint(
            "version_id", "digest", name=op.f("uq_item_statistic_version_id_digest")
        ),
    )
    op.create_index(op.f("ix_item_statistic_import_id"), "item_statistic", ["import_id"])
    _statistic(
        "item_statistic_waiting",
        sa.UniqueConstraint(
            "import_id",
            "version_id",
            "digest",
            name=op.f("uq_item_statistic_waiting_import_id_version_id_digest"),
        ),
    )
    # Not by batch: on SQLite that makes the table anew, without its triggers.
    op.add_column("item_import", sa.Column("tests", sa.JSON(), nullable=True))
    op.add_column("form", sa.Column("structure", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("form", "structure")
    op.drop_column("item_import", "tests")
    op.drop_table("item_statistic_waiting")
    op.drop_index(op.f("ix_item_statistic_import_id"), table_name="item_statistic")
    op.drop_table("item_statistic")
