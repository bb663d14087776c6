"""Products as shoppers read them: whole documents, found by an index, in one statement.

A page by number skips earlier pages by an index alone; a page by token begins where the last one ended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cache
from unicodedata import normalize

from pydantic import TypeAdapter
from sqlalchemy import TextClause, text

from chassis.context import current
from chassis.db.bulk import as_json
from chassis.db.read_your_writes import ReadYourWrites
from chassis.errors import InvalidArgument
from chassis.page_tokens import PageTokens
from inventory_svc.domain.errors import ProductNotFound
from inventory_svc.domain.product import Product
from ops.filters import parse_metadata_filter
from read_replica.reads import Reads, rows_of

DEFAULT_PAGE_SIZE = 10
MAX_WORDS = 10
TOKENS = PageTokens(int)
# Who created a product, from the write side; None if there is none, or it is deleted.
CreatorOf = Callable[[int], Awaitable[str | None]]

GET = text("SELECT CAST(document AS text) FROM product_document WHERE id = :id AND (:deleted OR NOT is_deleted)")
# Each document by a subquery, so that no plan joins; at least one row, so that the totals are always returned.
_LIST = """
SELECT c.epoch, c.generation, {total} AS total, page.id,
       (SELECT CAST(d.document AS text) FROM product_document AS d WHERE d.id = page.id) AS document
FROM catalogue AS c LEFT JOIN (
    SELECT id FROM {source} AND id > :after ORDER BY id LIMIT :limit OFFSET :skipped
) AS page ON true
WHERE c.id = 1
ORDER BY page.id
"""
_PRODUCTS = TypeAdapter(Product)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A page by number (from 1) or by token, never both; without a number, the first page is one by token."""

    number: int
    size: int
    query: str = ""
    currency: str = ""
    with_deleted: bool = False
    # What their metadata must have, as JSON; empty for any.
    metadata: str = ""
    after: int = 0

    @classmethod
    def of(
        cls,
        *,
        page_number: int,
        page_size: int,
        query: str,
        page_token: str,
        currency: str = "",
        with_deleted: bool = False,
        filter: str = "",
    ) -> PageRequest:
        """The requested page; a size of 0 means 10. Raises InvalidArgument, also for a query of too many words."""
        metadata = parse_metadata_filter(filter)
        first = cls(
            number=page_number,
            size=page_size or DEFAULT_PAGE_SIZE,
            query=" ".join(words_of(query)),
            currency=currency,
            with_deleted=with_deleted,
            metadata=as_json(dict(sorted(metadata.items()))) if metadata else "",
        )
        return replace(first, after=TOKENS.read(page_token, filter=first.filter)) if page_token else first

    @property
    def filter(self) -> str:
        """What a page token is good for."""
        deleted = ["deleted"] if self.with_deleted else []
        return "\0".join([self.query, self.currency, *deleted, self.metadata]).rstrip("\0")

    @property
    def is_filtered(self) -> bool:
        """Whether the list has only some of the products that are not deleted, or others."""
        return bool(self.filter)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """The products of a page as of `generation` of the catalogue, out of `total` matches.

    `next_id` is the first product after the page, None for the last page.
    """

    products: tuple[Product, ...]
    total: int
    next_id: int | None
    epoch: str
    generation: int


class ProductQueries:
    """Reads the catalogue; for a single product, a caller always reads its own writes."""

    def __init__(self, read: Reads, read_your_writes: ReadYourWrites, creator_of: CreatorOf) -> None:
        # Single statements: at a replica, too, without BEGIN and ROLLBACK.
        self._read = read.execution_options(isolation_level="AUTOCOMMIT")
        self._freshness, self._creator_of = read_your_writes, creator_of

    async def get_product(self, product_id: int, *, currency: str = "") -> Product:
        """A product with prices in this currency, or in any; a deleted one for administrators only.

        Raises ProductNotFound, and Unavailable for a product that exists but is not projected in time.
        """
        await self._freshness.wait(current().caller.id, current().position)
        document = await self._freshness.find(lambda: self._document(product_id), lambda: self._creator_of(product_id))
        product = None if document is None else _PRODUCTS.validate_json(document)
        if product is None or currency not in ("", product.base_price.currency):
            raise ProductNotFound.of(product_id)
        return product

    async def _document(self, product_id: int) -> str | None:
        rows = await rows_of(self._read, GET, {"id": product_id, "deleted": current().caller.is_admin})
        return rows[0][0] if rows else None

    async def list_products(self, request: PageRequest) -> ProductPage:
        """Products, oldest first, as of the current state of the read database."""
        statement, parameters = listing(request)
        rows = await rows_of(self._read, statement, parameters)
        found = [row for row in rows if row.document is not None]
        return ProductPage(
            products=tuple(_PRODUCTS.validate_json(row.document) for row in found[: request.size]),
            total=rows[0].total,
            next_id=found[request.size].id if len(found) > request.size else None,
            epoch=rows[0].epoch,
            generation=rows[0].generation,
        )


def words_of(query: str) -> list[str]:
    """The words that decide what is found; each costs a search. Raises InvalidArgument."""
    written: dict[str, str] = {}
    for word in query.split():
        written.setdefault(normalize("NFC", normalize("NFC", word).casefold()), word)
    # What begins with a word also begins with the beginning of the word.
    words = [
        word
        for form, word in written.items()
        if not (form.isalnum() and any(longer != form and longer.startswith(form) for longer in written))
    ]
    if len(words) > MAX_WORDS:
        raise InvalidArgument.of("query", f"must have at most {MAX_WORDS} words")
    return words


def listing(request: PageRequest) -> tuple[TextClause, dict[str, int | str]]:
    """The statement that reads a page, with its parameters."""
    parameters: dict[str, int | str] = {
        "after": request.after,
        # One more than fits shows whether there is a next page.
        "limit": request.size + 1,
        "skipped": max(0, request.number - 1) * request.size,
    }
    if request.currency:
        parameters["currency"] = request.currency
    if request.query:
        parameters["words"] = as_json(request.query.split())
    if request.metadata:
        parameters["metadata"] = request.metadata
    conditions = bool(request.query), bool(request.currency), bool(request.metadata), request.with_deleted
    return _statement(*conditions), parameters


@cache
def _statement(by_words: bool, in_currency: bool, by_metadata: bool, with_deleted: bool) -> TextClause:
    conditions = ["true" if with_deleted else "NOT is_deleted"]
    if in_currency:
        conditions.append("currency = :currency")
    if by_metadata:
        conditions.append("metadata @> CAST(:metadata AS jsonb)")
    if by_words:
        conditions.append("search @@ (SELECT search_query(CAST(:words AS jsonb)))")
    found = f"product_document WHERE {' AND '.join(conditions)}"
    if by_words or by_metadata:
        matching = f"WITH matching AS MATERIALIZED (SELECT id FROM {found})"
        return text(matching + _LIST.format(source="matching WHERE true", total="(SELECT count(*) FROM matching)"))
    counted = "c.total" if found.endswith("WHERE NOT is_deleted") else f"(SELECT count(*) FROM {found})"
    return text(_LIST.format(source=found, total=counted))
