"""Products as shoppers read them: whole documents, found by an index, in one statement.

A page by number skips earlier pages by the primary key alone; a page by token begins where the last one ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import normalize

from pydantic import TypeAdapter
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import current
from chassis.db.bulk import as_json
from chassis.db.failures import translated
from chassis.db.read_your_writes import ReadYourWrites
from chassis.errors import InvalidArgument
from chassis.page_tokens import PageTokens
from inventory_svc.domain.errors import ProductNotFound
from inventory_svc.domain.product import Product

DEFAULT_PAGE_SIZE = 10
MAX_WORDS = 10
TOKENS = PageTokens(int)

GET = text("SELECT CAST(document AS text) FROM product_document WHERE id = :id")
# Each document by a subquery, so that no plan joins; at least one row, so that the totals are always returned.
_LIST = """
SELECT c.epoch, c.generation, {total} AS total, page.id,
       (SELECT CAST(d.document AS text) FROM product_document AS d WHERE d.id = page.id) AS document
FROM catalogue AS c LEFT JOIN (
    SELECT id FROM {source} WHERE id > :after ORDER BY id LIMIT :limit OFFSET :skipped
) AS page ON true
WHERE c.id = 1
ORDER BY page.id
"""
_PAGE = text(_LIST.format(source="product_document", total="c.total"))
_SEARCH = text(
    """
WITH matching AS MATERIALIZED (
    SELECT id FROM product_document WHERE search @@ (SELECT search_query(CAST(:words AS jsonb)))
)
"""
    + _LIST.format(source="matching", total="(SELECT count(*) FROM matching)")
)
_PRODUCTS = TypeAdapter(Product)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A page by number (from 1) or by token, never both; without a number, the first page is one by token."""

    number: int
    size: int
    query: str = ""
    after: int = 0

    @classmethod
    def of(cls, *, page_number: int, page_size: int, query: str, page_token: str) -> PageRequest:
        """The requested page; a size of 0 means 10. Raises InvalidArgument, also for a query of too many words."""
        if page_number and page_token:
            raise InvalidArgument.of("pageToken", "cannot be used together with pageNumber")
        size, query = page_size or DEFAULT_PAGE_SIZE, " ".join(_words(query))
        after = TOKENS.read(page_token, filter=query) if page_token else 0
        return cls(number=page_number, size=size, query=query, after=after)


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

    def __init__(self, read: AsyncEngine, read_your_writes: ReadYourWrites) -> None:
        # Single statements: without BEGIN and ROLLBACK they cost one round trip.
        self._read = read.execution_options(isolation_level="AUTOCOMMIT")
        self._freshness = read_your_writes

    async def get_product(self, product_id: int) -> Product:
        """Raises ProductNotFound."""
        with translated():
            await self._freshness.wait(current().caller.id, current().position)
            async with self._read.connect() as connection:
                document = await connection.scalar(GET, {"id": product_id})
        if document is None:
            raise ProductNotFound.of(product_id)
        return _PRODUCTS.validate_json(document)

    async def list_products(self, request: PageRequest) -> ProductPage:
        """Products, oldest first, as of the current state of the read database."""
        statement, parameters = listing(request)
        with translated():
            async with self._read.connect() as connection:
                rows = (await connection.execute(statement, parameters)).all()
        found = [row for row in rows if row.document is not None]
        return ProductPage(
            products=tuple(_PRODUCTS.validate_json(row.document) for row in found[: request.size]),
            total=rows[0].total,
            next_id=found[request.size].id if len(found) > request.size else None,
            epoch=rows[0].epoch,
            generation=rows[0].generation,
        )


def _words(query: str) -> list[str]:
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
    if not request.query:
        return _PAGE, parameters
    return _SEARCH, parameters | {"words": as_json(request.query.split())}
