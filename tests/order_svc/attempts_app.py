"""Orders and stock together, in memory: order_svc's commands and sagas with inventory_svc's own behind its port."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from chassis.context import Caller
from chassis.errors import AppError
from chassis.idempotency import RequestKey
from chassis.jobs import Job, JobImpossible, JobOutcome, LeaseLost
from chassis.money import Money
from inventory_svc.api.reservations import ReservationApi
from inventory_svc.domain.product import ProductItem
from inventory_svc.domain.reservation import PlacedHolds
from order_svc.adapters.inventory import GrpcInventory
from order_svc.commands.find_placed_holds import FindPlacedHolds
from order_svc.domain.status import PaymentMethod, Status
from order_svc.domain.views import OrderView
from order_svc.sagas.basket import Basket
from tests.builders.order import SHOPPER
from tests.fakes.chassis import InMemoryJobStore, StoredJob, leased
from tests.inventory_svc.shop import InMemoryShop, Pieces
from tests.order_svc.order_app import viewed
from tests.order_svc.test_amendments import AmendingApp

STOCK = 10
PRICE = Money.of("10.00", "USD")
_SOLD = {Status.PAID, Status.SHIPPED, Status.DELIVERED}


class _InProcess:
    """A Peer whose calls go straight to the servicer."""

    def __init__(self, api: ReservationApi) -> None:
        self._api = api

    async def call(self, method: Any, request: Any, *, timeout_s: float = 5) -> Any:
        return await getattr(self._api, method.full_name.rpartition("/")[2].lower())(request)


class AttemptsApp(AmendingApp):
    """`shop` has the stock: ten pieces of each of its two items."""

    def __init__(self) -> None:
        self.shop = InMemoryShop()
        api = ReservationApi(self.shop.mediators[0], None)  # type: ignore[arg-type]  # lists nothing
        inventory = GrpcInventory(_InProcess(api), timeout_s=5)  # type: ignore[arg-type]
        super().__init__(inventory=inventory, clock=self.shop._clock)
        self.shop.orders.holds_of = self._holds
        self.items: list[ProductItem] = []

    async def _holds(self, order_ids: Sequence[int]) -> PlacedHolds:
        found = await self.send(FindPlacedHolds(order_ids=tuple(order_ids)))
        return PlacedHolds(placed=frozenset(found.placed), unsold=frozenset(found.unsold))

    async def open(self) -> None:
        self.items = await self.shop.stocked(STOCK, STOCK)

    async def buy(
        self, quantity: int = 2, *, method: PaymentMethod = PaymentMethod.CARD, request: RequestKey | None = None
    ) -> OrderView:
        basket = Basket(
            caller=Caller.person(SHOPPER),
            request=request,
            currency="USD",
            lines=((self.items[0].id, quantity),),
            method=method,
            payment_token="tok_ok",
        )
        return viewed(await self.checkout.place(basket))

    def open_job(self, kind: str) -> StoredJob:
        """The newest job of that kind that has not ended."""
        return [job for job in self._state.jobs if job.kind == kind and job.state in {"READY", "RUNNING"}][-1]

    def stored(self, job: StoredJob) -> StoredJob:
        """The job as it is now."""
        return next(stored for stored in self._state.jobs if stored.id == job.id)

    def stored_by(self, job: Job) -> StoredJob:
        return next(stored for stored in self._state.jobs if stored.id == job.lease.job_id)

    def claimed(self, job: StoredJob) -> Job:
        """An open job, leased to a worker."""
        stored = self.stored(job)
        if stored.state == "READY":
            stored.state, stored.attempts = "RUNNING", stored.attempts + 1
            stored.token = f"claim-{stored.id}-{stored.attempts}"
        return leased(stored)

    async def run(self, job: Job) -> None:
        """What a worker does with a job, whatever became of its lease meanwhile."""
        handlers = self.checkout.job_handlers() | self.refunding.job_handlers()
        outcome = JobOutcome(job.lease)
        try:
            result = await handlers[job.kind](job)
            if result.by_handler:
                return
            outcome = JobOutcome(job.lease, error=result.note)
        except LeaseLost:
            return
        except JobImpossible as error:
            outcome = JobOutcome(job.lease, "DEAD", error=error.message)
        except AppError as error:
            outcome = JobOutcome(job.lease, "READY", 1, error.message)
        await InMemoryJobStore(self._state, self.clock).settle([outcome])

    async def finish(self, *, without: StoredJob | None = None) -> None:
        """Runs all open jobs, and those that follow from them, except for `without` while it is open."""
        handlers = self.checkout.job_handlers() | self.refunding.job_handlers()
        kept = without.id if without else None
        for _ in range(20):
            todo = [j for j in self._state.jobs if j.state in {"READY", "RUNNING"} and j.kind in handlers]
            if not (todo := [job for job in todo if job.id != kept]):
                return
            for job in todo:
                if self.stored(job).state in {"READY", "RUNNING"}:
                    await self.run(self.claimed(job))

    async def books(self, order_id: int) -> tuple[OrderView, dict[int, Pieces], dict[str, Money]]:
        """Whatever a job may change: the order, the stock, and the provider's ledger."""
        return (await self.order(order_id)).view(), dict(await self.shop.pieces()), dict(self.payments.ledger)

    async def check(self, order_id: int) -> None:
        """Stock and money are what the order says, as nothing is left to do."""
        order, pieces, ledger = await self.books(order_id)
        sold = order.status in _SOLD or (
            order.status is Status.CONFIRMED and order.payment.method is PaymentMethod.CASH
        )
        state = (await self.shop.states())[order_id]
        assert state == "COMMITTED" if sold else state in {"RELEASED", "EXPIRED"}, (order.status, state)
        bought = {item.product_item_id: item.quantity - item.returned for item in order.items} if sold else {}
        gone = {id: STOCK - counted.on_hand for id, counted in pieces.items()}
        assert gone == dict.fromkeys(gone, 0) | bought
        assert all(not counted.reserved for counted in pieces.values()), pieces
        due = order.total_amount - order.payment.refunded if sold else Decimal(0)
        paid = {order.payment.transaction_id: Money(due, "USD")} if due else {}
        assert ledger == ({} if order.payment.method is PaymentMethod.CASH else paid)
        await self.shop.check_invariants()
