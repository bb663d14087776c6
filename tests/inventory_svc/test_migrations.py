"""The revisions convert the data of a released version."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.schemas import upgrade
from tests.conftest import EngineAt
from tests.inventory_svc.test_released_keys import WRITE

HOLDS = """
INSERT INTO reservation (order_id, request_key, fingerprint, user_id, currency, state, sold, expire_at, discounts,
                         points_spent, points_earned)
SELECT number, state, '', 'ann', 'USD', state, false, now(), '[]', 0, 0
FROM unnest(ARRAY['HELD', 'BACKORDERED', 'COMMITTED']) WITH ORDINALITY AS given(state, number)
"""


@pytest.fixture
async def released(engine_at: EngineAt) -> AsyncEngine:
    """The write database of version 0.1.0."""
    return await engine_at(WRITE, "0001")


async def test_holds_of_before_are_held_as_long_as_an_order_needs(released: AsyncEngine) -> None:
    async with released.begin() as connection:
        await connection.execute(text(HOLDS))

    await upgrade(released.url.render_as_string(hide_password=False), WRITE)

    async with released.connect() as connection:
        placed = list(await connection.scalars(text("SELECT placed FROM reservation")))
    assert placed == [True] * 3
