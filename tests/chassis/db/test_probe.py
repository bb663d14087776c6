"""A database that responds and accepts writes passes the probe; one that is gone, or full, does not."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.failures import sqlstate
from chassis.db.probe import takes_writes


async def test_a_database_that_works_passes(write: AsyncEngine, read: AsyncEngine) -> None:
    await takes_writes(write, read)()


async def test_it_writes_to_the_disk(write: AsyncEngine) -> None:
    # No room for temporary files: as near to a full disk as a test comes that needs no disk of its own.
    async with write.connect() as connection:
        await connection.execute(text(f'ALTER DATABASE "{write.url.database}" SET temp_file_limit = 0'))
        await connection.commit()
    await write.dispose()

    with pytest.raises(DBAPIError) as refusal:
        await takes_writes(write)()

    assert sqlstate(refusal.value) == "53400"


async def test_any_of_several_fails_it(write: AsyncEngine) -> None:
    gone = make_engine(write.url.set(database="there_is_none"), application_name="tests")

    with pytest.raises(DBAPIError):
        await takes_writes(write, gone)()

    await gone.dispose()
