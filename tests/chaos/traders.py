"""Markets of a few pieces, which traders take, give back and add to: each has a short history that can be checked."""

from __future__ import annotations

import asyncio
import uuid
from random import Random

from tests.chaos.checker.history import Json
from tests.chaos.recording import Recorder
from tests.lives.fronts import ADMIN, Front
from tests.polling import eventually, some_time

ITEMS, PIECES = 3, 6
TRADERS, TRADES = 5, 12
PATIENCE_S = 900


class Traders:
    """One market after the other. They pay in cash or with cards that are refused: ledger and report are others'."""

    def __init__(self, front: Front, recorder: Recorder, random: Random) -> None:
        self._front = front
        self._recorder = recorder
        self._random = random
        self._run = uuid.uuid4().hex[:8]
        self._names = [f"trader-{self._run}-{number}" for number in range(TRADERS)]
        self._made = 0
        self.markets: dict[str, list[str]] = {}

    async def begin(self) -> None:
        for name in self._names:
            await self._front.register(name)

    async def trade(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            items = await self._open_market()
            await asyncio.gather(*[self._trade(name, items, ended) for name in self._names])

    async def close(self) -> None:
        """Finds what is left; everything must be settled."""
        loop = asyncio.get_running_loop()
        for product in self.markets:
            start = loop.time()
            found = await self._until_answered(ADMIN, "GET", f"/admin/inventory?productId={product}", None)
            for level in found["stockLevels"]:
                available = int(level.get("available", 0))
                self._recorder.add(
                    "stock", item=level["productItemId"], available=available, start=start, end=loop.time()
                )

    async def _open_market(self) -> list[str]:
        name = f"market-{self._an_id()}"
        wanted = [{"sku": f"{name}-{n}", "quantityOnHand": PIECES} for n in range(ITEMS)]
        price = {"currencyCode": "USD", "units": "3"}
        body = {"name": name, "basePrice": price, "productItems": wanted}
        product = await self._until_answered(ADMIN, "POST", f"/products?requestId={name}", body)
        items = [item["id"] for item in product["productItems"]]
        self.markets[product["id"]] = items
        for item in items:
            self._recorder.add("market", item=item, pieces=PIECES)
        return items

    async def _trade(self, name: str, items: list[str], ended: asyncio.Event) -> None:
        placed: list[str] = []
        for _ in range(TRADES):
            if ended.is_set():
                return
            chance = self._random.random()
            if chance < 0.5 or not placed:
                reply = await self._ask(name, "/orders", self._order(items))
                if reply and "id" in reply:
                    placed.append(reply["id"])
            elif chance < 0.75:
                order_id = placed.pop(self._random.randrange(len(placed)))
                await self._ask(name, f"/orders/{order_id}:cancel", {"reason": "sold elsewhere"})
            elif chance < 0.9:
                await self._front.send(name, "GET", f"/orders/{self._random.choice(placed)}", None)
            else:
                delta = self._random.choice([1, 1, 2, -1])
                await self._ask(
                    ADMIN,
                    f"/admin/inventory/{self._random.choice(items)}:adjust",
                    {"delta": delta, "reason": "counted"},
                )
            await some_time(self._random, at_most_s=0.2)

    def _order(self, items: list[str]) -> Json:
        chosen = self._random.sample(items, self._random.choice([1, 1, 2]))
        refused = {"method": "PAYMENT_METHOD_CARD", "token": "tok_declined"}
        return {
            "currencyCode": "USD",
            "items": [{"productItemId": item, "quantity": self._random.choice([1, 1, 1, 2])} for item in chosen],
            "payment": refused if self._random.random() < 0.2 else {"method": "PAYMENT_METHOD_CASH"},
        }

    async def _ask(self, who: str, path: str, body: Json) -> Json | None:
        """Once or several times; None if nobody knows what became of it."""
        body = {**body, "requestId": self._an_id()}
        for _ in range(self._random.choice([1, 3, 9])):
            if (reply := await self._front.send(who, "POST", path, body)) is not None:
                return reply
            await some_time(self._random, at_most_s=0.5)
        return None

    async def _until_answered(self, who: str, method: str, path: str, body: Json | None) -> Json:
        reply = await eventually(lambda: self._front.send(who, method, path, body), timeout_s=PATIENCE_S)
        assert "details" not in reply, reply
        return reply

    def _an_id(self) -> str:
        self._made += 1
        return f"{self._run}-{self._made}"
