"""Products have metadata, by which they are found."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE product ADD COLUMN metadata jsonb")
    op.execute("ALTER TABLE product_document ADD COLUMN metadata jsonb")
    # No product has any yet, so that this takes no time.
    op.execute(
        "CREATE INDEX ix_product_document_metadata ON product_document USING gin (metadata jsonb_path_ops) "
        "WHERE metadata IS NOT NULL"
    )
