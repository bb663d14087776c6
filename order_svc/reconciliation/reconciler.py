"""The walk over all books, page by page: what a second look still sees is reported and, if wanted, mended.

Orders move while one looks, and their books are not read at the same moment. A difference that is none is gone a moment
later, or its order is busy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeAlias, TypeVar

from chassis.errors import AppError
from order_svc.reconciliation.domain.books import (
    Books,
    OrderBooks,
    ReservationBooks,
    StoredOrder,
    StoredReservation,
    StoredTransaction,
    TransactionBooks,
)
from order_svc.reconciliation.domain.differences import (
    Difference,
    DifferenceKind,
    differences_of,
    of_strange_charge,
    of_strange_hold,
)
from order_svc.reconciliation.remedies import Remedies

T = TypeVar("T")

PAGE = 500
# Remedies at once; inventory_svc serves them together.
_AT_ONCE = 20
# An order may have several differences, of which each remedy mends one.
_MOST_ROUNDS = 6

# Told what is looked at, and how many so far.
Progress: TypeAlias = Callable[[str, int], None]
Mend: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`error` says why it could not be mended; it is neither mended nor failed if nobody tried."""

    difference: Difference
    is_mended: bool = False
    error: str = ""


class Reconciler:
    """`settle` waits for a moment, before the second look. `audit` is told each remedy and its error, if any."""

    def __init__(
        self,
        orders: OrderBooks,
        reservations: ReservationBooks,
        transactions: TransactionBooks,
        remedies: Remedies,
        *,
        settle: Callable[[], Awaitable[None]],
        audit: Callable[[Finding], Awaitable[None]],
        page: int = PAGE,
    ) -> None:
        self._orders = orders
        self._reservations = reservations
        self._transactions = transactions
        self._remedies = remedies
        self._settle = settle
        self._audit = audit
        self._page = page

    async def run(self, *, apply: bool, progress: Progress) -> list[Finding]:
        """What differs or, with `apply`, what was mended and what could not be."""
        suspects = [
            *await self._differing_orders(progress),
            *await self._holds_of_no_order(progress),
            *await self._strange_charges(progress),
        ]
        if not suspects:
            return []
        await self._settle()
        seen = [difference for page in _pages(suspects, self._page) for difference in await self._again(page)]
        if not apply:
            return [Finding(difference=difference) for difference in seen]
        return await self._mend_all(seen, progress)

    async def _differing_orders(self, progress: Progress) -> list[Difference]:
        found: list[Difference] = []
        after = looked_at = 0
        while ids := await self._orders.page(after=after, limit=self._page):
            for books in await self._books(ids):
                found += differences_of(books)
            after, looked_at = ids[-1], looked_at + len(ids)
            progress("orders", looked_at)
        return found

    async def _holds_of_no_order(self, progress: Progress) -> list[Difference]:
        found: list[Difference] = []
        after = looked_at = 0
        while page := await self._reservations.page(after=after, limit=self._page):
            # Read after the reservations: who is known to have been placed by then is there.
            placed = await self._orders.placed_holds([reservation.order_id for reservation in page])
            found += [of_strange_hold(one) for one in page if one.order_id not in placed]
            after, looked_at = page[-1].order_id, looked_at + len(page)
            progress("reservations", looked_at)
        return found

    async def _strange_charges(self, progress: Progress) -> list[Difference]:
        found: list[Difference] = []
        after, looked_at = "", 0
        while page := await self._transactions.page(after=after, limit=self._page):
            own = await self._orders.transactions({one.order_id for one in page})
            strange = [one for one in page if one.net > 0 and own.get(one.order_id) != one.transaction_id]
            orders = await self._orders.orders({one.order_id for one in strange}) if strange else {}
            differences = (of_strange_charge(one, orders.get(one.order_id)) for one in strange)
            found += [difference for difference in differences if difference is not None]
            after, looked_at = page[-1].transaction_id, looked_at + len(page)
            progress("charges", looked_at)
        return found

    async def _mend_all(self, seen: Sequence[Difference], progress: Progress) -> list[Finding]:
        findings: list[Finding] = []
        for _ in range(_MOST_ROUNDS):
            # The first one of each order: a remedy may change what the others are.
            first = {difference.order_id: difference for difference in reversed(seen)}
            mended: list[Difference] = []
            for page in _pages(sorted(first.values(), key=lambda one: one.order_id), _AT_ONCE):
                done = await asyncio.gather(*(self._mend(*each) for each in (await self._again(page)).items()))
                findings += done
                mended += [finding.difference for finding in done if finding.is_mended]
                progress("mended", sum(finding.is_mended for finding in findings))
            if not mended:
                break
            # Jobs of these orders have something to do now.
            await self._settle()
            rest = {difference for difference in seen if first[difference.order_id] != difference}
            seen = [*await self._now(mended), *(one for one in rest if one.order_id not in _ids(mended))]
        return findings

    async def _mend(self, difference: Difference, mend: Mend) -> Finding:
        try:
            await mend()
            finding = Finding(difference=difference, is_mended=True)
        except AppError as error:
            finding = Finding(difference=difference, error=f"{error.reason}: {error.message}")
        await self._audit(finding)
        return finding

    async def _again(self, suspects: Sequence[Difference]) -> dict[Difference, Mend]:
        """Those of the suspects that are still there, and what mends each."""
        present = await self._look(suspects)
        return {difference: present[difference] for difference in suspects if difference in present}

    async def _now(self, mended: Sequence[Difference]) -> list[Difference]:
        """What differs now in the orders of these."""
        return [difference for page in _pages(mended, self._page) for difference in await self._look(page)]

    async def _look(self, at: Sequence[Difference]) -> dict[Difference, Mend]:
        """Everything that differs at the moment in these orders, reservations and charges, and what mends each."""
        found: dict[Difference, Mend] = {}
        books = await self._books(sorted(_ids(at)))
        for one in books:
            found |= {differs: partial(self._remedies.of_order, differs, one) for differs in differences_of(one)}
        orders = {one.stored.order.id: one.stored for one in books}
        holds = _ids(one for one in at if one.kind is DifferenceKind.HOLD_OF_NO_ORDER)
        if holds:
            found |= await self._look_at_holds(holds)
        if charges := {one.transaction_id for one in at if one.transaction_id}:
            found |= await self._look_at_charges(charges, orders)
        return found

    async def _look_at_holds(self, order_ids: Collection[int]) -> dict[Difference, Mend]:
        reservations = await self._reservations.of_orders(order_ids)
        placed = await self._orders.placed_holds(order_ids)
        return {
            of_strange_hold(one): partial(self._remedies.release_hold, one)
            for id, one in reservations.items()
            if one.takes_stock and id not in placed
        }

    async def _look_at_charges(
        self, transaction_ids: Collection[str], orders: Mapping[int, StoredOrder]
    ) -> dict[Difference, Mend]:
        found: dict[Difference, Mend] = {}
        for one in (await self._transactions.find(transaction_ids)).values():
            stored = orders.get(one.order_id)
            if difference := of_strange_charge(one, stored):
                found[difference] = partial(self._remedies.return_money, difference, one, stored)
        return found

    async def _books(self, order_ids: Collection[int]) -> list[Books]:
        """The orders are read first: what their jobs have done by then is in the other books."""
        orders = await self._orders.orders(order_ids)
        reservations: Mapping[int, StoredReservation]
        transactions: Mapping[str, StoredTransaction]
        reservations, transactions = await asyncio.gather(
            self._reservations.of_orders(orders),
            self._transactions.find({one.order.payment.transaction_id for one in orders.values() if one.has_provider}),
        )
        return [
            Books(
                stored=one,
                reservation=reservations.get(id),
                transaction=transactions.get(one.order.payment.transaction_id),
            )
            for id, one in orders.items()
        ]


def _ids(differences: Iterator[Difference] | Sequence[Difference]) -> set[int]:
    return {difference.order_id for difference in differences}


def _pages(rows: Sequence[T], size: int) -> Iterator[list[T]]:
    rest = iter(rows)
    while page := list(islice(rest, size)):
        yield page
