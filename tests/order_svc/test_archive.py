"""The archive of ended orders: whole files that agree with the database, and that go on where they were interrupted."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from typer.testing import CliRunner

from cli import archive as archiving
from cli.__main__ import app
from foundation.hosts import PoolerIgnoresSettings
from order_svc import archive
from order_svc.archive import MANIFEST, Archive, ArchiveDamaged, Sums, sums
from tests.builders.order import OrderBuilder, an_order
from tests.builders.order_ids import IDS
from tests.order_svc.order_app import SqlOrderApp

# After all that a test does.
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
_REFUND = """
INSERT INTO refund (id, refund_id, order_id, transaction_id, amount, currency, reason, requested_at, created_on,
    created_by, modified_on, modified_by)
VALUES (1, 'r-1', :order, 't-1', 7.50, 'USD', '', now(), now(), 'ann', now(), 'ann')
"""
ENDED = (
    lambda: an_order().paid().delivered(),
    lambda: an_order(off="5.00").refused(),
    lambda: an_order().paid().cancelled(),
)


async def given(app: SqlOrderApp, count: int) -> list[int]:
    """Ended orders of every kind, and one that goes on."""
    builders: list[OrderBuilder] = [ENDED[number % len(ENDED)]() for number in range(count)]
    ids = [await app.given(builder) for builder in builders]
    await app.given(an_order().paid())
    return ids


async def archived(app: SqlOrderApp, folder: Path, *, before: datetime = LATER) -> Archive:
    made = Archive.opened(folder, before)
    await made.write(app.engine, IDS)
    return made


def found(folder: Path) -> dict[str, Path]:
    return {file.name: file for file in folder.iterdir()}


def lines(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.glob("orders-*.jsonl.gz"))
    return [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]


@pytest.fixture(autouse=True)
def _small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "ORDERS_OF_A_FILE", 2)
    monkeypatch.setattr(archive, "_PAGE", 2)


async def test_ended_orders_are_in_files_with_all_their_parts(sql_app: SqlOrderApp, tmp_path: Path) -> None:
    ids = await given(sql_app, 5)
    async with sql_app.engine.begin() as connection:
        await connection.execute(text(_REFUND), {"order": ids[2]})

    made = await archived(sql_app, tmp_path)

    written = lines(tmp_path)
    assert [order["order"]["id"] for order in written] == ids
    assert [order["id"] for order in written] == [IDS.of_order(id) for id in ids]
    delivered, failed, cancelled, *_ = written
    assert next(event["kind"] for event in delivered["events"]) == "order_created"
    assert delivered["order"]["shipments"][0]["carrier"] == "DHL"
    assert "waiting_token" not in delivered["payments"][0]
    assert (len(failed["discounts"]), cancelled["refunds"][0]["amount"]) == (1, 7.5)
    async with sql_app.engine.connect() as connection:
        assert made.totals == await sums(connection, LATER)
    assert made.totals["USD"].orders == len(made.files) + 2 == 5
    assert made.totals["USD"].refunded == Decimal("7.50")
    assert {name: file.stat().st_mode & 0o077 for name, file in found(tmp_path).items()} == {
        MANIFEST: 0,
        "orders-000001.jsonl.gz": 0,
        "orders-000002.jsonl.gz": 0,
        "orders-000003.jsonl.gz": 0,
    }


async def test_what_changed_since_the_day_is_not_archived(sql_app: SqlOrderApp, tmp_path: Path) -> None:
    (changed, other) = await given(sql_app, 2)
    async with sql_app.engine.begin() as connection:
        await connection.execute(text("UPDATE orders SET modified_on = now() WHERE id = :id"), {"id": changed})

    await archived(sql_app, tmp_path, before=LATER - timedelta(days=2))

    assert [order["order"]["id"] for order in lines(tmp_path)] == [other]


async def test_an_interrupted_archive_goes_on(sql_app: SqlOrderApp, tmp_path: Path) -> None:
    ids = await given(sql_app, 5)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await Archive.opened(tmp_path, LATER).write(sql_app.engine, IDS, progress=interrupt)
    assert len(lines(tmp_path)) == 2
    (tmp_path / "orders-000002.jsonl.gz.new").write_bytes(b"half")

    await archived(sql_app, tmp_path)
    await archived(sql_app, tmp_path)

    assert [order["order"]["id"] for order in lines(tmp_path)] == ids


async def test_a_file_that_does_not_agree_with_the_database_is_not_kept(
    sql_app: SqlOrderApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await given(sql_app, 1)
    monkeypatch.setattr(archive, "_totals", lambda _path: {"USD": Sums(orders=1)})

    with pytest.raises(ArchiveDamaged, match="and the database"):
        await archived(sql_app, tmp_path)

    assert not (tmp_path / MANIFEST).exists()


async def test_a_file_is_of_one_moment(sql_app: SqlOrderApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await given(sql_app, 1)
    summed_up = archive.sums

    async def later(connection: AsyncConnection, before: datetime, **between: int) -> archive.Totals:
        async with sql_app.engine.begin() as other:
            await other.execute(text("UPDATE payment SET amount = amount + 1"))
        return await summed_up(connection, before, **between)

    monkeypatch.setattr(archive, "sums", later)

    assert (await archived(sql_app, tmp_path)).totals["USD"].paid == 20


async def test_a_damaged_file_and_another_day_are_refused(sql_app: SqlOrderApp, tmp_path: Path) -> None:
    await given(sql_app, 1)
    await archived(sql_app, tmp_path)

    with pytest.raises(ArchiveDamaged, match="choose another folder"):
        Archive.opened(tmp_path, LATER - timedelta(days=1))
    (tmp_path / "orders-000001.jsonl.gz").write_bytes(b"")
    with pytest.raises(ArchiveDamaged, match="is not what was written"):
        Archive.opened(tmp_path, LATER)


async def test_nothing_is_removed(sql_app: SqlOrderApp, tmp_path: Path) -> None:
    await given(sql_app, 3)

    await archived(sql_app, tmp_path)

    async with sql_app.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM orders")) == 4


@pytest.mark.parametrize(
    ("options", "said"),
    [([], "Nothing was written: --write does"), (["--write"], "agrees with the database")],
)
def test_the_command_shows_what_there_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str], said: str
) -> None:
    async def answer(*_: object) -> tuple[archive.Totals, archive.Totals]:
        totals = {"EUR": Sums(orders=3, items=4)}
        return totals, totals

    monkeypatch.setattr(archiving, "_run", answer)
    done = CliRunner().invoke(app, ["archive", str(tmp_path), "--before", "2026-01-01", *options])

    assert (done.exit_code, "EUR" in done.stdout, said in done.stderr) == (0, True, True)


def test_a_day_that_is_not_over_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["archive", str(tmp_path), "--before", "2999-01-01"])

    assert done.exit_code == 2
    assert "names a day in the past" in done.stderr


def test_a_pooler_is_not_what_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def answer(*_: object) -> None:
        raise PoolerIgnoresSettings("A pooler ignores settings")

    monkeypatch.setattr(archiving, "_run", answer)
    done = CliRunner().invoke(app, ["archive", str(tmp_path), "--before", "2026-01-01"])

    assert done.exit_code == 2
    assert "EASYORDER_DATABASE_URL leads to a pooler" in done.stderr
