"""Random lives in a running shop, and its books at their end."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from random import Random

import httpx

from deploy.local.shop import Shop
from tests.e2e.conftest import a_shopper
from tests.e2e.lives.asking import Asking
from tests.e2e.lives.books import Ended, expected
from tests.e2e.lives.choices import Choices
from tests.e2e.lives.found import FoundBooks
from tests.e2e.lives.goods import Goods, put_on_sale
from tests.e2e.lives.life import Life
from tests.e2e.lives.model import OrderModel
from tests.e2e.lives.rules import Rules
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually, some_time

AT_ONCE = 60
SETTLED_WITHIN_S = 60


class LivelyShop:
    """Goods and users of its own, in a mesh whose other business is over. `seed` decides what is done."""

    def __init__(self, http: httpx.AsyncClient, admin: Shop, goods: Goods, seed: int, *, most_attempts: int) -> None:
        self._http = http
        self._admin = admin
        self._goods = goods
        self._seed = seed
        self._most_attempts = most_attempts
        self._name = uuid.uuid4().hex[:8]
        self._lives: list[tuple[str, Life]] = []
        self.delivered: Counter[str] = Counter()
        self.users: dict[str, Shop] = {}
        self.asking = Asking(http)

    async def live(self, lives: int, *, users: int) -> None:
        """Returns when all lives have ended; raises Unexplained for a reply that is not as it should be."""
        for number in range(users):
            self.users[f"user-{number}"] = await a_shopper(self._http)
        await asyncio.gather(*[self._life(f"saver-{user}", user).save_points() for user in self.users])
        free = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with free:
                await self._life(str(number), list(self.users)[number % users]).live()

        async with asyncio.TaskGroup() as group:
            ended = asyncio.Event()
            group.create_task(self._deliver(ended))
            await asyncio.gather(*[one(number) for number in range(lives)])
            ended.set()

    @property
    def ended(self) -> list[Ended]:
        """The orders, as they are at the end."""
        return [
            Ended(order_id=life.order_id, user=user, state=life.model.state)
            for user, life in self._lives
            if life.order_id
        ]

    def _life(self, name: str, user: str) -> Life:
        random = Random(f"{self._seed}/{name}")
        life = Life(
            random,
            Choices(f"{self._name}/{name}", random, self._goods),
            OrderModel(Rules(self._goods), most_attempts=self._most_attempts),
            self.asking,
            shopper=self.users[user],
            admin=self._admin,
        )
        self._lives.append((user, life))
        return life

    async def _deliver(self, ended: asyncio.Event) -> None:
        """What is waited for arrives in small amounts, for as long as somebody may wait."""
        random, number = Random(f"{self._seed}/deliveries"), 0
        backordered = [item.id for item in self._goods.items.values() if item.backorderable]
        while not ended.is_set():
            for item in backordered:
                number += 1
                pieces = random.choice([1, 2, 5, 20])
                body = {"delta": str(pieces), "reason": "delivery", "requestId": f"{self._name}/delivery-{number}"}
                await self.asking.for_json(self._admin, "POST", f"/admin/inventory/{item}:adjust", body, random)
                self.delivered[item] += pieces
            await some_time(random, at_most_s=1)


async def random_lives(
    mesh: RunningMesh,
    http: httpx.AsyncClient,
    admin: Shop,
    *,
    seed: int,
    lives: int,
    users: int,
    most_attempts: int,
) -> None:
    """Raises AssertionError unless each reply, and the books at the end, are those of the model."""
    goods = await put_on_sale(http, admin, lives=lives)
    shop = LivelyShop(http, admin, goods, seed, most_attempts=most_attempts)
    books = FoundBooks(mesh, shop.asking, admin, goods, shop.users)
    await books.begin()
    try:
        await shop.live(lives, users=users)
    finally:
        print(f"seed {seed}, {lives} lives: {shop.asking}")
    wanted = expected(goods, shop.users, shop.delivered, shop.ended)

    async def agree() -> bool:
        differences = wanted.differences(await books.read())
        assert not differences, "\n".join(differences)
        return True

    await eventually(agree, timeout_s=SETTLED_WITHIN_S)
