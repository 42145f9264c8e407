"""Standard-setting panels, judges among the roles, and the one change that a published form takes.

Revision: 0007, after: 0006
"""

import sqlalchemy as sa
from alembic import op

from exam_engine.base import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLES = (
    "'candidate', 'item_writer', 'reviewer', 'bank_manager', 'psychometrician', 'judge', "
    "'proctor', 'manager'"
)
STATES = "'draft', 'practice', 'open', 'closed', 'recommended', 'proposed', 'adopted', 'abandoned'"
OPEN = (
    "SELECT 1 FROM standard_panel p WHERE p.id = {row}.panel_id AND p.round = {row}.round "
    "AND p.state IN ('practice', 'open')"
)


def upgrade() -> None:
    _add_tables()
    if op.get_bind().dialect.name == "postgresql":
        _upgrade_postgresql()
    else:
        _upgrade_sqlite()


def _add_tables() -> None:
    op.create_table(
        "standard_panel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("n_rounds", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("borderline", sa.Text(), nullable=False),
        sa.Column("response_probability", sa.Double(), nullable=True),
        sa.Column("scale", sa.String(length=80), nullable=True),
        sa.Column("parameters_version", sa.Integer(), nullable=True),
        sa.Column("booklet", sa.JSON(), nullable=False),
        sa.Column("reports", sa.JSON(), nullable=False),
        sa.Column("log", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "method IN ('angoff', 'bookmark')", name=op.f("ck_standard_panel_known_method")
        ),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_standard_panel_known_state")),
        sa.CheckConstraint("n_rounds > 0", name=op.f("ck_standard_panel_positive_rounds")),
        sa.CheckConstraint(
            "round BETWEEN 0 AND n_rounds", name=op.f("ck_standard_panel_known_round")
        ),
        sa.CheckConstraint(
            "method <> 'bookmark' OR (response_probability > 0 AND response_probability < 1 "
            "AND scale IS NOT NULL)",
            name=op.f("ck_standard_panel_bookmark_whole"),
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_standard_panel_form_id")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_standard_panel_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_panel")),
    )
    op.create_index(op.f("ix_standard_panel_form_id"), "standard_panel", ["form_id"])
    op.create_table(
        "panel_judge",
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("qualification", sa.String(length=500), nullable=False),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("left_out_round", sa.Integer(), nullable=True),
        sa.Column("left_out_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "left_out_round IS NULL OR left_out_reason IS NOT NULL",
            name=op.f("ck_panel_judge_left_out_why"),
        ),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["standard_panel.id"], name=op.f("fk_panel_judge_panel_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_panel_judge_person_id")
        ),
        sa.PrimaryKeyConstraint("panel_id", "person_id", name=op.f("pk_panel_judge")),
    )
    op.create_index(op.f("ix_panel_judge_person_id"), "panel_judge", ["person_id"])
    op.create_table(
        "rating",
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.CheckConstraint("round >= 0 AND position >= 0", name=op.f("ck_rating_known_place")),
        sa.CheckConstraint(
            "(position > 0 AND value BETWEEN 0 AND 1) OR (position = 0 AND value >= 2)",
            name=op.f("ck_rating_known_value"),
        ),
        sa.ForeignKeyConstraint(
            ["panel_id", "person_id"],
            ["panel_judge.panel_id", "panel_judge.person_id"],
            name="fk_rating_panel_judge",
        ),
        sa.PrimaryKeyConstraint(
            "panel_id", "round", "person_id", "position", name=op.f("pk_rating")
        ),
    )
    op.create_table(
        "standard",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("cut_recommended", sa.Double(), nullable=False),
        sa.Column("standard_error", sa.Double(), nullable=False),
        sa.Column("recommended_at", Instant(), nullable=False),
        sa.Column("recommended_by", sa.Uuid(), nullable=True),
        sa.Column("cut_adopted", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("first_by", sa.Uuid(), nullable=True),
        sa.Column("first_at", Instant(), nullable=True),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("second_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(first_by IS NULL) = (cut_adopted IS NULL) AND "
            "(first_by IS NULL) = (first_at IS NULL)",
            name=op.f("ck_standard_first_whole"),
        ),
        sa.CheckConstraint(
            "(second_by IS NULL) = (second_at IS NULL) AND "
            "(second_by IS NULL OR (first_by IS NOT NULL AND second_by <> first_by))",
            name=op.f("ck_standard_two_persons"),
        ),
        *(
            sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_standard_{name}"))
            for name in ("recommended_by", "first_by", "second_by")
        ),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["standard_panel.id"], name=op.f("fk_standard_panel_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard")),
        sa.UniqueConstraint("panel_id", name=op.f("uq_standard_panel_id")),
    )


def _upgrade_postgresql() -> None:
    op.drop_constraint("ck_person_role_known_role", "person_role", type_="check")
    op.create_check_constraint(
        op.f("ck_person_role_known_role"), "person_role", f"role IN ({ROLES})"
    )
    op.execute("DROP TRIGGER form_published ON form")
    op.execute(
        "CREATE TRIGGER form_deleted BEFORE DELETE ON form FOR EACH ROW "
        "WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_change()"
    )
    # the provisional conversion table of a published form is replaced once, and that is all
    op.execute(
        "CREATE TRIGGER form_published BEFORE UPDATE ON form FOR EACH ROW "
        "WHEN (OLD.state = 'published' AND ("
        "to_jsonb(OLD) - 'conversion_number' IS DISTINCT FROM to_jsonb(NEW) - 'conversion_number' "
        "OR OLD.conversion_number <> 0)) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE FUNCTION refuse_closed_round() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE row rating; BEGIN "
        "IF TG_OP = 'INSERT' THEN row := NEW; ELSE row := OLD; END IF; "
        f"IF NOT EXISTS ({OPEN.format(row='row')}) THEN "
        "RAISE EXCEPTION 'a rating of a closed round does not change' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER rating_round BEFORE INSERT OR UPDATE OR DELETE ON rating "
        "FOR EACH ROW EXECUTE FUNCTION refuse_closed_round()"
    )
    op.execute(
        "CREATE TRIGGER standard_adopted BEFORE UPDATE OR DELETE ON standard FOR EACH ROW "
        "WHEN (OLD.second_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
    )


def _upgrade_sqlite() -> None:
    # SQLite changes no constraint: the table is made anew
    op.execute("ALTER TABLE person_role RENAME TO person_role_before")
    op.execute(
        "CREATE TABLE person_role (person_id CHAR(32) NOT NULL, role VARCHAR(20) NOT NULL, "
        "CONSTRAINT pk_person_role PRIMARY KEY (person_id, role), "
        f"CONSTRAINT ck_person_role_known_role CHECK (role IN ({ROLES})), "
        "CONSTRAINT fk_person_role_person_id FOREIGN KEY(person_id) REFERENCES person (id))"
    )
    op.execute("INSERT INTO person_role SELECT person_id, role FROM person_role_before")
    op.execute("DROP TABLE person_role_before")
    refused = "BEGIN SELECT RAISE(ABORT, 'a published form does not change'); END"
    columns = [
        column["name"]
        for column in sa.inspect(op.get_bind()).get_columns("form")
        if column["name"] != "conversion_number"
    ]
    op.execute("DROP TRIGGER form_no_update")
    op.execute(
        f"CREATE TRIGGER form_no_update BEFORE UPDATE OF {', '.join(columns)} ON form "
        f"WHEN OLD.state = 'published' {refused}"
    )
    # the provisional conversion table of a published form is replaced once, and that is all
    op.execute(
        "CREATE TRIGGER form_no_second_conversion BEFORE UPDATE OF conversion_number ON form "
        f"WHEN OLD.state = 'published' AND OLD.conversion_number <> 0 {refused}"
    )
    for act, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
        op.execute(
            f"CREATE TRIGGER rating_no_{act} BEFORE {act.upper()} ON rating "
            f"WHEN NOT EXISTS ({OPEN.format(row=row)}) "
            "BEGIN SELECT RAISE(ABORT, 'a rating of a closed round does not change'); END"
        )
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER standard_no_{act} BEFORE {act.upper()} ON standard "
            "WHEN OLD.second_at IS NOT NULL "
            "BEGIN SELECT RAISE(ABORT, 'an adopted standard does not change'); END"
        )


def downgrade() -> None:
    for table in ("standard", "rating", "panel_judge", "standard_panel"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_closed_round() CASCADE")
        op.execute("DROP TRIGGER form_deleted ON form")
        op.execute("DROP TRIGGER form_published ON form")
        op.execute(
            "CREATE TRIGGER form_published BEFORE UPDATE OR DELETE ON form FOR EACH ROW "
            "WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute("DROP TRIGGER form_no_second_conversion")
    op.execute("DROP TRIGGER form_no_update")
    op.execute(
        "CREATE TRIGGER form_no_update BEFORE UPDATE ON form WHEN OLD.state = 'published' "
        "BEGIN SELECT RAISE(ABORT, 'a published form does not change'); END"
    )
