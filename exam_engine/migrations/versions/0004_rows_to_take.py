"""What accepting an import reads of its rows, in an index: beside their content it is little.

Revision: 0004, after: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (
    *("import_id", "position", "taken", "base_number", "item_id", "version_id"),
    *("code", "id", "area_id", "task_id"),
)


def upgrade() -> None:
    op.create_index("ix_item_import_row_taken", "item_import_row", COLUMNS)


def downgrade() -> None:
    op.drop_index("ix_item_import_row_taken", "item_import_row")
