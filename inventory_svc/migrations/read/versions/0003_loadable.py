"""A dump can be loaded: it names no schema to look in, so that functions name theirs."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As it was, with the schema of what it calls.
_DOCUMENT = r"""
CREATE OR REPLACE FUNCTION search_document(name text, description text, skus text) RETURNS tsvector
IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT to_tsvector('simple', public.search_form(name || ' ' || description))
        || array_to_tsvector(array_remove(string_to_array(public.search_form(skus), E'\n'), ''))
        || array_to_tsvector(ARRAY(
            SELECT '/' || part FROM unnest(public.search_parts(public.search_form(skus))) AS part
        ))
$$
"""


def upgrade() -> None:
    op.execute(_DOCUMENT)
