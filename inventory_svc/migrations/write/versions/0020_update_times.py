"""The read side is told once more of stock and incentives, because it has when they last changed from now on.

Their versions stay: the projector replaces a row of the same version that differs.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("inventory", "incentive"):
        op.execute(
            f"""
            INSERT INTO change_log (entity, entity_id, row_version, owner, actor, image)
            SELECT '{table}', CAST(id AS text), row_version, created_by, modified_by, to_jsonb(known)
            FROM {table} AS known
            """
        )
