"""Random lives in a running shop, and its books at their end."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any

from tests.lives.asking import PATIENCE_S, Asking
from tests.lives.books import Ended, expected
from tests.lives.chaos import Chaos
from tests.lives.choices import Choices
from tests.lives.found import FoundBooks
from tests.lives.fronts import Front
from tests.lives.goods import Goods, put_on_sale
from tests.lives.life import Life
from tests.lives.model import OrderModel
from tests.lives.rules import Rules
from tests.polling import eventually, some_time

AT_ONCE = 60
SETTLED_WITHIN_S = 120
Meanwhile = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


class RandomLives:
    """Lives in a shop whose other business is over. `seed` decides what is done; `most_attempts` to charge a card.

    `patience_s` is how long the shop may take for anything.
    """

    def __init__(self, front: Front, *, seed: int, most_attempts: int, patience_s: float = PATIENCE_S) -> None:
        self._front = front
        self._seed = seed
        self._most_attempts = most_attempts
        self._name = uuid.uuid4().hex[:8]
        self._lives: list[tuple[str, Life]] = []
        self._delivered: Counter[str] = Counter()
        self._users: list[str] = []
        self._goods: Goods
        self._asking = Asking(front, patience_s=patience_s)
        self.chaos = Chaos(self._asking, Random(f"{seed}/chaos"))

    async def happen(
        self, lives: int, *, users: int, meanwhile: Sequence[Meanwhile] = (), enough: asyncio.Event | None = None
    ) -> None:
        """Raises AssertionError unless each reply, and the books at the end, are those of the model.

        Once there is `enough`, no further life begins.
        """
        self._goods = await put_on_sale(self._asking, lives=lives)
        self._users = [f"{self._name}-{number}" for number in range(users)]
        for user in self._users:
            await self._front.register(user)
        books = FoundBooks(self._front, self._asking, self._goods, self._users)
        await books.begin()
        try:
            await self._live(lives, meanwhile, enough or asyncio.Event())
        finally:
            print(f"seed {self._seed}, {lives} lives: {self._asking}\nmeanwhile: {self.chaos}")
        ended = [
            Ended(order_id=life.order_id, user=user, state=life.model.state)
            for user, life in self._lives
            if life.order_id
        ]
        wanted = expected(self._goods, self._users, self._delivered, ended)

        async def agree() -> bool:
            await some_time(Random(self._seed), at_most_s=1)
            differences = wanted.differences(await books.read())
            assert not differences, "\n".join(differences)
            return True

        await eventually(agree, timeout_s=SETTLED_WITHIN_S)

    async def _live(self, lives: int, meanwhile: Sequence[Meanwhile], enough: asyncio.Event) -> None:
        await asyncio.gather(*[self._life(f"saver-{user}", user).save_points() for user in self._users])
        free = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with free:
                if not enough.is_set():
                    await self._life(str(number), self._users[number % len(self._users)]).live()

        async with asyncio.TaskGroup() as group:
            ended = asyncio.Event()
            for happens in (self._deliver, *meanwhile):
                group.create_task(happens(ended))
            async with asyncio.TaskGroup() as living:
                for number in range(lives):
                    living.create_task(one(number))
            ended.set()

    def _life(self, name: str, user: str) -> Life:
        random = Random(f"{self._seed}/{name}")
        choices = Choices(f"{self._name}/{name}", random, self._goods)
        model = OrderModel(Rules(self._goods), most_attempts=self._most_attempts)
        life = Life(random, choices, model, self._asking, user)
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
                body = {"delta": pieces, "reason": "delivery", "requestId": f"{self._name}/delivery-{number}"}
                await self._asking.resource("POST", f"/admin/inventory/{item}:adjust", body)
                self._delivered[item] += pieces
            await some_time(random, at_most_s=1)
