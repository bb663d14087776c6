"""Sales that were discarded in 0.1.0, and DEAD since 0014, die again when they run, which alerts administrators."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ALERT = """
UPDATE job SET state = 'READY', due_at = now(), set_at = now(), payload = payload
    || jsonb_build_object('impossible', jsonb_build_object('attempt', attempts + 1, 'error', last_error))
WHERE kind = 'commit_stock' AND state = 'DEAD' AND last_error LIKE 'discarded in 0.1.0, but %'
"""


def upgrade() -> None:
    op.execute(_ALERT)
