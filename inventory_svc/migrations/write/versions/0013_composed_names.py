"""Names of products, and the keys of SKUs and codes, are in Unicode's composed form (NFC)."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE product SET name = normalize(name, NFC), description = normalize(description, NFC) "
        "WHERE (name || description) IS NOT NFC NORMALIZED"
    )
    for table, key in (("product_item", "sku_key"), ("incentive", "code_key")):
        # Where another one has the composed key, a key stays as it is, so that the upgrade never fails.
        of_each = f"SELECT min(id) FROM {table} WHERE {key} IS NOT NFC NORMALIZED GROUP BY normalize({key}, NFC)"
        op.execute(
            f"UPDATE {table} SET {key} = normalize({key}, NFC) "
            f"WHERE id IN ({of_each}) AND normalize({key}, NFC) NOT IN (SELECT {key} FROM {table})"
        )
