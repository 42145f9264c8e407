"""What a run took as right beside the key of each item.

Revision: 0010, after: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # runs that are there took keys alone, or are counted as older than what was decided
    op.add_column(
        "calibration_item", sa.Column("also", sa.JSON(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    op.drop_column("calibration_item", "also")
