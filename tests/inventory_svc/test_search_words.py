"""A query is searched by the words that decide what it finds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.bulk import as_json
from chassis.db.engine import make_engine
from chassis.errors import InvalidArgument
from inventory_svc.queries.products import PageRequest, listing
from tests.conftest import DatabasesOf

NFC, NFD = "caf\u00e9", "cafe\u0301"
PRODUCTS = ["Red lamp", NFC, "Straße", "Blanks", "-1 below", "Café au lait", "1.5 l", "example.com/lamp"]
QUERIES = {
    "re red re RED Red": "red",
    "lamp lamp-x LAMP-X-RED": "lamp-x LAMP-X-RED",
    "34 3 cd cd_34 12/cd": "34 cd_34 12/cd",
    f"caf {NFC} {NFD} {NFC.upper()}": NFC,
    f"{NFC} cafe": f"{NFC} cafe",
    "s ß stra STRASSE": "ß STRASSE",
    "- -1": "- -1",
    "1 1.5": "1.5",
    "exam example.com/l": "example.com/l",
}


@pytest.fixture
async def read(databases_of: DatabasesOf) -> AsyncIterator[AsyncConnection]:
    """A read database with the products; all have the same SKUs but for their numbers."""
    engine = make_engine((await databases_of("inventory_svc"))["easyorder_inventory_read"], application_name="tests")
    insert = (
        "INSERT INTO product_document (id, name, description, skus, document, currency, is_deleted) "
        "SELECT id, name, '', id || E'-LAMP-x-RED\\nAB 12/CD_34-' || id, '{}', 'USD', false "
        "FROM jsonb_array_elements_text(CAST(:names AS jsonb)) WITH ORDINALITY AS given(name, id)"
    )
    async with engine.connect() as connection:
        await connection.execute(text(insert), {"names": as_json(PRODUCTS)})
        yield connection
    await engine.dispose()


def request_of(query: str) -> PageRequest:
    return PageRequest.of(page_number=1, page_size=50, query=query, page_token="")


async def found(read: AsyncConnection, query: str) -> list[int]:
    statement, parameters = listing(PageRequest(number=1, size=50, query=query))
    return [row.id for row in await read.execute(statement, parameters)]


async def test_words_that_begin_another_one_find_nothing_less(read: AsyncConnection) -> None:
    for query, searched in QUERIES.items():
        assert request_of(query).query == searched
        assert await found(read, query) == await found(read, searched), query


def test_a_query_has_at_most_ten_words() -> None:
    ten = "a b c d e f g h i j"
    assert request_of(f"{ten} A {ten}").query == ten

    with pytest.raises(InvalidArgument) as refusal:
        request_of(f"{ten} k")

    assert [violation.field for violation in refusal.value.violations] == ["query"]
