"""A shopper's day: four orders through the front door, watched live, and the stock counted before and after each.

Succeeds only if every order ends as it should and no piece is missing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
from rich.console import Console
from rich.markup import escape

from chassis.settings import from_environment
from deploy.local.config import LocalSettings
from deploy.local.console import PrefixedLines
from deploy.local.errors import CannotStart
from deploy.local.mesh import LocalMesh
from deploy.local.readiness import comes_true, http_ok
from deploy.local.shop import Json, Refused, Shop, Stock, lamp
from identity_svc.config import AdministratorSettings

PIECES = 100
# The effects of an order's final status (stock settled, read side caught up) take no longer than this.
SETTLED_WITHIN_S = 10.0
STATUS = "ORDER_STATUS_"


@dataclass(frozen=True)
class Story:
    """One order: its payment and its expected end."""

    title: str
    token: str
    lines: tuple[int, ...]  # pieces of the first, second, … item
    ends: str
    attempts: int | None = None  # to charge; None where it is a matter of timing
    is_cancelled: bool = False

    @property
    def is_sale(self) -> bool:
        return self.ends == "PAID"


STORIES = (
    Story("Three lines, paid at once", "tok_ok", (2, 1, 3), ends="PAID", attempts=1),
    Story("A provider that fails twice, then works", "tok_flaky_2", (1,), ends="PAID", attempts=3),
    Story("A card that is refused", "tok_declined", (4, 4), ends="FAILED", attempts=1),
    Story(
        "A provider that is down, and a shopper who has enough of it",
        "tok_down",
        (5,),
        ends="CANCELLED",
        is_cancelled=True,
    ),
)


async def demo() -> int:
    """Runs on a running mesh, or on one that it starts and stops. Returns 0 if all is well."""
    settings = from_environment(LocalSettings)
    console = Console(highlight=False)
    async with AsyncExitStack() as running:
        url = await _mesh(settings, console, running)
        client = await running.enter_async_context(Shop.client(url))
        day = Day(Shop(client), console)
        try:
            await day.run()
        except (Refused, httpx.HTTPError) as error:
            day.check(False, f"{type(error).__name__}: {error}")
    console.print(f"\n[bold red]{day.faults} went wrong[/]" if day.faults else "\n[bold green]All went as it should[/]")
    return 1 if day.faults else 0


async def _mesh(settings: LocalSettings, console: Console, running: AsyncExitStack) -> str:
    url = settings.url
    if await http_ok(f"{url}/healthz")():
        console.print(f"EasyOrder is running at {url}")
        return url
    log = settings.data_dir.absolute() / "mesh.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        file = running.enter_context(log.open("w", encoding="utf-8"))
    except OSError as error:
        raise CannotStart(f"{error}: choose another EASYORDER_DATA_DIR") from error
    console.print(f"Starting EasyOrder at {url}; its log is {log}")
    mesh = await running.enter_async_context(LocalMesh(settings, PrefixedLines(file, coloured=False)))
    return mesh.url


@dataclass(frozen=True)
class StockCounter:
    """A product and its stock, as its administrator sees them."""

    admin: Shop
    product: Json

    async def stock(self) -> dict[str, Stock]:
        return await self.admin.stock(self.product["id"])


class Day:
    """The orders of one day for one product; counts deviations."""

    def __init__(self, visitor: Shop, console: Console) -> None:
        self._visitor = visitor
        self._console = console
        self.faults = 0

    async def run(self) -> None:
        run = uuid.uuid4().hex[:6]
        shopper = await self._shopper(run)
        admin = await self._administrator()
        counter = StockCounter(admin, await self._product(admin, run))
        for story in STORIES:
            await self._tell(story, shopper, counter)

    def check(self, good: bool, what: str) -> None:
        self.faults += not good
        self._console.print(f"  {'[green]✓[/]' if good else '[bold red]✗[/]'} {escape(what)}")

    async def _shopper(self, run: str) -> Shop:
        self._title("A shopper registers and signs in")
        email, password = f"shopper-{run}@example.com", f"Purchase-{run}!"
        user = await self._visitor.register(email, password, "A shopper")
        self.check(user["roles"] == ["ROLE_USER"], f"{email} is registered with the role USER")
        return await self._visitor.login(email, password)

    async def _administrator(self) -> Shop:
        known = from_environment(AdministratorSettings)
        return await self._visitor.login(known.admin_email, known.admin_password.get_secret_value())

    async def _product(self, admin: Shop, run: str) -> Json:
        self._title("The administrator adds a product")
        product = await admin.create_product(lamp(run, colours=("Red", "Blue"), sizes=("S", "M"), pieces=PIECES))
        for item in product["productItems"]:
            price = item["price"]
            self._console.print(f"    {item['sku']:<24} {price['units']:>4} {price['currencyCode']} {PIECES:>5} pieces")
        stock = await admin.stock(product["id"])
        self.check(set(stock.values()) == {Stock(PIECES, 0, 0)}, f"{PIECES} pieces of each of {len(stock)} items")
        return product

    async def _tell(self, story: Story, shopper: Shop, counter: StockCounter) -> None:
        self._title(f"{story.title} ({story.token})")
        chosen = list(zip(counter.product["productItems"], story.lines, strict=False))
        before = await counter.stock()
        order = await shopper.order({item["id"]: pieces for item, pieces in chosen}, story.token)
        total = order["totalAmount"]
        self._console.print(
            f"    order {order['id']}: {len(order['items'])} lines, {total['units']} {total['currencyCode']}"
        )
        await self._watch(story, shopper, order["id"])

        final = await shopper.get_order(order["id"])
        status, attempts = final["status"].removeprefix(STATUS), int(final["payments"][-1]["attempts"])
        self.check(status == story.ends, f"order {order['id']} is {status}")
        if story.attempts is not None:
            self.check(attempts == story.attempts, f"attempts to charge: {attempts}")
        sold = {item["sku"]: pieces if story.is_sale else 0 for item, pieces in chosen}
        await self._count(counter, _after(before, sold), _what_became(sold))

    async def _watch(self, story: Story, shopper: Shop, order_id: str) -> None:
        to_be_cancelled = story.is_cancelled
        async for message in shopper.watch(order_id, after=0):
            self._console.print(f"    [dim]{message.get('sequence', ''):>4}[/]  {_described(message)}")
            if to_be_cancelled:
                to_be_cancelled = False
                await shopper.cancel(order_id, "I have changed my mind")

    async def _count(self, counter: StockCounter, expected: dict[str, Stock], what: str) -> None:
        async def as_expected() -> bool:
            return await counter.stock() == expected

        good = await comes_true(as_expected, within_s=SETTLED_WITHIN_S)
        self.check(good, what if good else f"stock is {await counter.stock()}, not {expected}")

    def _title(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/]")


def _after(before: dict[str, Stock], sold: dict[str, int]) -> dict[str, Stock]:
    return {
        sku: Stock(stock.on_hand - sold.get(sku, 0), stock.reserved, stock.sold + sold.get(sku, 0))
        for sku, stock in before.items()
    }


def _what_became(sold: dict[str, int]) -> str:
    pieces = sum(sold.values())
    return f"{pieces} pieces were sold, none is held" if pieces else "all pieces are back in stock, none is held"


def _described(message: Json) -> str:
    """One message of the stream of an order in words."""
    described: dict[str, Callable[[Json], str]] = {
        "orderSnapshot": lambda content: f"is {_short(content['order']['status'])}",
        "orderCreated": lambda content: f"placed, {_short(content['order']['status'])}",
        "orderStatusChanged": lambda content: (
            f"[bold]{_short(content['fromStatus'])} → {_short(content['toStatus'])}[/]"
        ),
        "paymentAttempt": _attempt,
        "inventoryStatus": lambda content: ", ".join(
            f"{i['sku']} {i['state'].split('_', 2)[-1]}" for i in content["items"]
        ),
        "heartbeat": lambda content: "[dim]…[/]",
    }
    for name, describe in described.items():
        if name in message:
            return describe(message[name])
    return escape(str(message))


def _attempt(attempt: Json) -> str:
    outcome = attempt["outcome"].removeprefix("PAYMENT_OUTCOME_").lower()
    again = f", again at {attempt['nextAttemptTime'][11:19]}" if "nextAttemptTime" in attempt else ""
    return f"payment attempt {attempt['number']}: {outcome}{again}"


def _short(status: str) -> str:
    return status.removeprefix(STATUS)
