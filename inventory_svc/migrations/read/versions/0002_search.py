"""Search finds parts of a SKU, and any text whatever its case and Unicode form."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Upper and then lower case make one of ß, ẞ and ss, of the i with, without and under a dot, and of both small sigmas.
# The database's own locale must not decide that: Unicode's rules are used, which servers have under different names.
_FORM = r"""
DO $outer$
DECLARE
    rules text := coalesce((
        SELECT quote_ident(collname) FROM pg_collation
        WHERE collname IN ('pg_unicode_fast', 'pg_c_utf8', 'und-x-icu')
            AND collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
        ORDER BY array_position(ARRAY['pg_unicode_fast', 'pg_c_utf8', 'und-x-icu'], CAST(collname AS text)) LIMIT 1
    ), '"default"');
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION search_form(written text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
            SELECT normalize(translate(replace(replace(
                lower(upper(normalize(written, NFC) COLLATE %1$s) COLLATE %1$s), U&'i\0307', 'i'), 'ß', 'ss'),
                U&'\03C2\0131', U&'\03C3i'), NFC) COLLATE %1$s
        $$
    $function$, rules);
END
$outer$
"""
# The letters and digits between other characters.
_PARTS = r"""
CREATE FUNCTION search_parts(form text) RETURNS text[] IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT array_remove(regexp_split_to_array(form, '(\W|_)+'), '')
$$
"""
# A SKU is found as a whole and by its parts, marked by a slash: no word of a name is one.
_DOCUMENT = r"""
CREATE FUNCTION search_document(name text, description text, skus text) RETURNS tsvector
IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT to_tsvector('simple', search_form(name || ' ' || description))
        || array_to_tsvector(array_remove(string_to_array(search_form(skus), E'\n'), ''))
        || array_to_tsvector(ARRAY(SELECT '/' || part FROM unnest(search_parts(search_form(skus))) AS part))
$$
"""
_PREFIX = r"""
CREATE FUNCTION search_prefix(lexeme text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''':*'
$$
"""
# Every word is the prefix of a word in name or description, as the parser sees it, of a SKU, or of parts of one.
_QUERY = r"""
CREATE FUNCTION search_query(words jsonb) RETURNS tsquery IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT CAST(string_agg('(' || CAST(
        to_tsquery('simple', search_prefix(form)) || CAST(search_prefix(form) AS tsquery) || CAST(coalesce((
            SELECT string_agg(search_prefix('/' || part), ' & ') FROM unnest(search_parts(form)) AS part
        ), '') AS tsquery) AS text
    ) || ')', ' & ') AS tsquery)
    FROM jsonb_array_elements_text(words) AS word, LATERAL search_form(word) AS form
$$
"""


def upgrade() -> None:
    for function in (_FORM, _PARTS, _DOCUMENT, _PREFIX, _QUERY):
        op.execute(function)
    op.execute("ALTER TABLE product_document DROP COLUMN search")
    op.execute(
        "ALTER TABLE product_document ADD COLUMN search tsvector NOT NULL "
        "GENERATED ALWAYS AS (search_document(name, description, skus)) STORED"
    )
    op.execute("CREATE INDEX ix_product_document_search ON product_document USING gin (search)")
