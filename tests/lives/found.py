"""The books of the shop as it shows them: over JSON, and in the provider's ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from tests.e2e.invariants import order_ids
from tests.lives.asking import Asking
from tests.lives.books import Books
from tests.lives.commands import Json, cents
from tests.lives.fronts import ADMIN, Front
from tests.lives.goods import Goods

# Of an order whose charges have all been returned there is nothing.
_LEDGER = """
SELECT order_id, sum(CASE kind WHEN 'CHARGE' THEN amount WHEN 'REFUND' THEN -amount ELSE 0 END) AS net
FROM ledger_entry GROUP BY order_id
"""


class FoundBooks:
    """Reads the books of `goods` and `users`, and what was added to the ledger and the report since `begin`."""

    def __init__(self, front: Front, asking: Asking, goods: Goods, users: Iterable[str]) -> None:
        self._front = front
        self._asking = asking
        self._goods = goods
        self._users = users
        self._first_day = datetime.now(UTC).date()
        self._known: set[str] = set()
        self._reported: Mapping[str, Counter[str]] = {}

    async def begin(self) -> None:
        """Leaves out the business of others, which is over."""
        self._known = set(await self._ledger())
        self._reported = await self._report()

    async def read(self) -> Books:
        books = Books()
        for product in {item.product for item in self._goods.items.values()}:
            for item in (await self._get(f"/admin/inventory?productId={product}"))["stockLevels"]:
                books.on_hand[item["productItemId"]] = int(item.get("quantityOnHand", 0))
                books.reserved[item["productItemId"]] = int(item.get("reserved", 0))
        books.uses = await self._uses()
        for user in self._users:
            books.points[user] = int((await self._get("/loyalty/me", who=user)).get("points", 0))
        books.ledger = {order: net for order, net in (await self._ledger()).items() if order not in self._known}
        for currency, report in (await self._report()).items():
            report.subtract(self._reported.get(currency, {}))
            if any(report.values()):
                books.report[currency] = dict(report)
        return books

    async def _uses(self) -> dict[str, int]:
        uses, page = {code.name: 0 for code in self._goods.codes}, ""
        while True:
            found = await self._get(f"/admin/incentives?pageSize=50&pageToken={page}")
            uses |= {it["code"]: it.get("uses", 0) for it in found["incentives"] if it["code"] in uses}
            page = found.get("nextPageToken", "")
            if not page:
                return uses

    async def _report(self) -> dict[str, Counter[str]]:
        """The sums of all days since the beginning, by currency."""
        sums: dict[str, Counter[str]] = {}
        for day in sorted({self._first_day, datetime.now(UTC).date()}):
            report = await self._get(f"/admin/reports/daily?date={day.isoformat()}")
            for it in report.get("currencies", []):
                sums.setdefault(it["currencyCode"], Counter()).update(
                    orders=int(it.get("orders", 0)),
                    units=int(it.get("units", 0)),
                    revenue=cents(it["revenue"]),
                    refunds=cents(it["refunds"]),
                )
        return sums

    async def _ledger(self) -> dict[str, int]:
        ids = await order_ids(self._front)
        async with self._front.database("easyorder_payment") as payment:
            rows = await payment.fetch(_LEDGER)
        return {ids.of_order(row["order_id"]): int(row["net"] * 100) for row in rows if row["net"]}

    async def _get(self, path: str, who: str = ADMIN) -> Json:
        return await self._asking.resource("GET", path, who=who)
