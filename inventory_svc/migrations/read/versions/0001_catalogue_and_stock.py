"""What is read: products with their parts, the stock, and the incentives."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# No foreign keys: a rebuild copies table by table, and what a projection brings is consistent once all of it is there.
_ENTITY = "id bigint PRIMARY KEY, is_deleted boolean NOT NULL, row_version bigint NOT NULL"

_TABLES = (
    f"""
    CREATE TABLE product (
        {_ENTITY},
        name text NOT NULL,
        description text NOT NULL,
        currency text NOT NULL,
        base_price numeric(18, 2) NOT NULL,
        created_on timestamptz NOT NULL,
        modified_on timestamptz NOT NULL
    )
    """,
    f"CREATE TABLE variation ({_ENTITY}, product_id bigint NOT NULL, name text NOT NULL)",
    "CREATE INDEX ix_variation_product_id ON variation (product_id)",
    f"""
    CREATE TABLE variation_option (
        {_ENTITY},
        variation_id bigint NOT NULL,
        value text NOT NULL,
        price_modifier numeric(18, 2) NOT NULL
    )
    """,
    "CREATE INDEX ix_variation_option_variation_id ON variation_option (variation_id)",
    f"""
    CREATE TABLE product_item (
        {_ENTITY},
        product_id bigint NOT NULL,
        sku text NOT NULL,
        price_override numeric(18, 2),
        backorderable boolean NOT NULL
    )
    """,
    "CREATE INDEX ix_product_item_product_id ON product_item (product_id)",
    f"""
    CREATE TABLE product_item_option (
        {_ENTITY},
        product_item_id bigint NOT NULL,
        variation_option_id bigint NOT NULL
    )
    """,
    "CREATE INDEX ix_product_item_option_product_item_id ON product_item_option (product_item_id)",
    f"""
    CREATE TABLE inventory (
        {_ENTITY},
        on_hand bigint NOT NULL,
        reserved bigint NOT NULL,
        sold bigint NOT NULL,
        backordered bigint NOT NULL,
        warehouse_location text NOT NULL
    ) WITH (fillfactor = 50)
    """,
    f"""
    CREATE TABLE incentive (
        {_ENTITY},
        code text NOT NULL,
        kind text NOT NULL,
        value numeric NOT NULL,
        currency text NOT NULL,
        starts timestamptz,
        ends timestamptz,
        min_total numeric(18, 2),
        min_total_currency text,
        product_item_ids jsonb NOT NULL,
        max_uses bigint,
        max_uses_per_user bigint,
        stackable boolean NOT NULL,
        buy_quantity bigint NOT NULL,
        get_quantity bigint NOT NULL,
        uses bigint NOT NULL,
        active boolean NOT NULL,
        revision bigint NOT NULL
    )
    """,
    # Whole products that are not deleted, ready to be answered. Words of name and description as the parser finds them;
    # SKUs as they are, because the parser would take them apart.
    r"""
    CREATE TABLE product_document (
        id bigint PRIMARY KEY,
        name text NOT NULL,
        description text NOT NULL,
        skus text NOT NULL,
        document jsonb NOT NULL,
        search tsvector NOT NULL GENERATED ALWAYS AS (
            to_tsvector('simple', name || ' ' || description)
            || array_to_tsvector(array_remove(string_to_array(lower(skus), E'\n'), ''))
        ) STORED
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_product_document_search ON product_document USING gin (search)",
    # One row. `generation` goes up with every transaction that changes what readers see of products; changes up to
    # `forgotten` are not in catalogue_change any more; another `epoch` is another database.
    """
    CREATE TABLE catalogue (
        id bigint PRIMARY KEY CHECK (id = 1),
        epoch text NOT NULL DEFAULT gen_random_uuid()::text,
        generation bigint NOT NULL DEFAULT 0,
        forgotten bigint NOT NULL DEFAULT 0,
        total bigint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 20)
    """,
    "INSERT INTO catalogue (id) VALUES (1)",
    """
    CREATE TABLE catalogue_change (
        generation bigint NOT NULL,
        product_id bigint NOT NULL,
        kind text NOT NULL,
        words boolean NOT NULL,
        PRIMARY KEY (generation, product_id)
    )
    """,
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
