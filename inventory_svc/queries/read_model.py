"""The tables of the read database: copies of the write side's rows with the columns that readers need, the
product documents built from them, and a log of their changes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Computed, Index, MetaData, Numeric, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from chassis.db.types import Amount, Json, UtcDateTime

READ = MetaData()
# The copied tables, by their name on both sides; parents before their parts.
COPIED: dict[str, Table] = {}


def _table(name: str, *columns: Column[object] | Index) -> Table:
    COPIED[name] = Table(
        name,
        READ,
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("is_deleted", Boolean, nullable=False),
        Column("row_version", BigInteger, nullable=False),
        *columns,
    )
    return COPIED[name]


PRODUCT = _table(
    "product",
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("base_price", Amount, nullable=False),
    # NULL where there is none.
    Column("metadata", Json),
    Column("created_on", UtcDateTime, nullable=False),
    Column("modified_on", UtcDateTime, nullable=False),
    Column("deleted_on", UtcDateTime),
)
VARIATION = _table(
    "variation",
    Column("product_id", BigInteger, nullable=False, index=True),
    Column("name", Text, nullable=False),
)
VARIATION_OPTION = _table(
    "variation_option",
    Column("variation_id", BigInteger, nullable=False, index=True),
    Column("value", Text, nullable=False),
    Column("price_modifier", Amount, nullable=False),
)
PRODUCT_ITEM = _table(
    "product_item",
    Column("product_id", BigInteger, nullable=False, index=True),
    Column("sku", Text, nullable=False),
    Column("price_override", Amount),
    Column("backorderable", Boolean, nullable=False),
)
PRODUCT_ITEM_OPTION = _table(
    "product_item_option",
    Column("product_item_id", BigInteger, nullable=False, index=True),
    Column("variation_option_id", BigInteger, nullable=False),
)
INVENTORY = _table(
    "inventory",
    Column("on_hand", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("sold", BigInteger, nullable=False),
    Column("backordered", BigInteger, nullable=False),
    Column("warehouse_location", Text, nullable=False),
    # NULL in rows that 0.2.0 copied, until they are copied again.
    Column("modified_on", UtcDateTime),
)
INCENTIVE = _table(
    "incentive",
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Numeric, nullable=False),
    Column("currency", Text, nullable=False),
    Column("starts", UtcDateTime),
    Column("ends", UtcDateTime),
    Column("min_total", Amount),
    Column("min_total_currency", Text),
    Column("product_item_ids", Json, nullable=False),
    Column("max_uses", BigInteger),
    Column("max_uses_per_user", BigInteger),
    Column("stackable", Boolean, nullable=False),
    Column("buy_quantity", BigInteger, nullable=False),
    Column("get_quantity", BigInteger, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    # NULL in rows that 0.2.0 copied, until they are copied again.
    Column("modified_on", UtcDateTime),
)

PRODUCT_DOCUMENT = Table(
    "product_document",
    READ,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("skus", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("currency", Text, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("metadata", JSONB),
    Column("search", TSVECTOR, Computed("search_document(name, description, skus)", persisted=True), nullable=False),
    Index("ix_product_document_search", "search", postgresql_using="gin"),
    # By a key of their metadata, of the products that have any.
    Index(
        "ix_product_document_metadata",
        "metadata",
        postgresql_using="gin",
        postgresql_ops={"metadata": "jsonb_path_ops"},
        postgresql_where=text("metadata IS NOT NULL"),
    ),
    Index("ix_product_document_live", "id", postgresql_where=text("NOT is_deleted")),
    Index("ix_product_document_currency", "currency", "id", postgresql_where=text("NOT is_deleted")),
)
CATALOGUE = Table(
    "catalogue",
    READ,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", Text, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("forgotten", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
)
CATALOGUE_CHANGE = Table(
    "catalogue_change",
    READ,
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("product_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("words", Boolean, nullable=False),
)
