"""What was recorded stays as it was: the database itself refuses to change it.

Events, the time ledger, scores and item versions take new rows only; a published form takes none.

Revision: 0002, after: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("event", "adjustment", "score", "item_version", "item_transition")
PUBLISHED = "SELECT 1 FROM form WHERE form.id = {row}.form_id AND form.state = 'published'"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _upgrade_postgresql()
    else:
        _upgrade_sqlite()


def _upgrade_sqlite() -> None:
    for table in APPEND_ONLY:
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER form_no_{act} BEFORE {act.upper()} ON form "
            "WHEN OLD.state = 'published' "
            "BEGIN SELECT RAISE(ABORT, 'a published form does not change'); END"
        )
    for act, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
        op.execute(
            f"CREATE TRIGGER form_item_no_{act} BEFORE {act.upper()} ON form_item "
            f"WHEN EXISTS ({PUBLISHED.format(row=row)}) "
            "BEGIN SELECT RAISE(ABORT, 'a published form does not change'); END"
        )


def _upgrade_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% does not change', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER form_published BEFORE UPDATE OR DELETE ON form FOR EACH ROW "
        "WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE FUNCTION refuse_published_form() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE row form_item; BEGIN "
        "IF TG_OP = 'INSERT' THEN row := NEW; ELSE row := OLD; END IF; "
        "IF EXISTS (SELECT 1 FROM form f WHERE f.id = row.form_id AND f.state = 'published') THEN "
        "RAISE EXCEPTION 'a published form does not change' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER form_item_published BEFORE INSERT OR UPDATE OR DELETE ON form_item "
        "FOR EACH ROW EXECUTE FUNCTION refuse_published_form()"
    )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("DROP FUNCTION refuse_change() CASCADE")
        op.execute("DROP FUNCTION refuse_published_form() CASCADE")
        return
    for table in (*APPEND_ONLY, "form", "form_item"):
        for act in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
