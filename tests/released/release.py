"""Loads the archive of a release, as created by tests/released/keep.py, with its times shifted to the present."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool

from order_svc.order_ids import OrderIds

# For psql only.
_META_COMMANDS = re.compile(r"^\\(un)?restrict .*$", re.MULTILINE)
# No trigger fires: nobody outside hears of it.
_SHIFT = """
DO $$
DECLARE
    shift text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR shift IN
        SELECT format('UPDATE public.%I SET %s', table_name,
                      string_agg(format('%1$I = %1$I + (now() - interval ''{ago_s} s'' - timestamptz ''{taken_at}'')',
                                        column_name), ', '))
        FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' GROUP BY table_name
    LOOP
        EXECUTE shift;
    END LOOP;
    -- Another server counts its own transactions.
    IF to_regclass('public.change_log') IS NOT NULL THEN
        UPDATE public.change_log SET xact_id = '3';
    END IF;
END $$
"""


@dataclass(frozen=True)
class Release:
    """The databases of a mesh of one version, stopped in the middle of its work."""

    folder: Path

    @property
    def databases(self) -> list[str]:
        """Their names: `easyorder_order_write` and so on."""
        return sorted(f"easyorder_{dump.stem}" for dump in self.folder.glob("*.sql"))

    @property
    def mesh_secret(self) -> str:
        return (self.folder / "mesh_secret").read_text(encoding="utf-8")

    @property
    def contract(self) -> Path:
        """The descriptor set of proto/ at that time, without its comments. Those before 0.3.0 have none."""
        return self.folder / "contract.binpb"

    def contract_pool(self) -> DescriptorPool:
        """The messages and methods that clients of the release know."""
        pool = DescriptorPool()
        for file in FileDescriptorSet.FromString(self.contract.read_bytes()).file:
            pool.Add(file)
        return pool

    @property
    def orders(self) -> dict[str, str]:
        """Numbers of the orders that a client was told of, by what is special about them."""
        orders: dict[str, str] = self._state["orders"]
        return orders

    def ids(self, ids: OrderIds) -> dict[str, str]:
        """Ids of these orders: those that the client was told. 0.1.0 told numbers, which `ids` converts."""
        opaque: dict[str, str] | None = self._state.get("ids")
        return opaque or {name: ids.of_order(int(number)) for name, number in self.orders.items()}

    @property
    def password(self) -> str:
        """The shoppers' password. That of 0.1.0 is too short to be chosen today, but those who have it log in."""
        return str(self._state.get("password", "Passw0rd!"))

    @property
    def taken_at(self) -> datetime:
        return datetime.fromisoformat(self._state["taken_at"])

    async def load(self, database: str, connection: asyncpg.Connection, *, ago_s: int = 0) -> None:
        """Fills an empty database; all times move so that the release was stopped `ago_s` before now."""
        dump = (self.folder / f"{database.removeprefix('easyorder_')}.sql").read_text(encoding="utf-8")
        await connection.execute(_META_COMMANDS.sub("", dump))
        await connection.execute(_SHIFT.replace("{taken_at}", self.taken_at.isoformat()).replace("{ago_s}", str(ago_s)))

    @property
    def _state(self) -> dict[str, Any]:
        state: dict[str, str | dict[str, str]] = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        return state


_KEPT = [folder for folder in Path(__file__).parent.iterdir() if (folder / "state.json").exists()]
RELEASES = {folder.name: Release(folder) for folder in _KEPT}
