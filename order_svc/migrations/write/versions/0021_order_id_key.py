"""The key that ids of orders are encrypted with."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE order_id_key (key bytea NOT NULL CHECK (length(key) = 16))")
    # A random UUID has 122 random bits.
    op.execute("INSERT INTO order_id_key SELECT uuid_send(gen_random_uuid())")
