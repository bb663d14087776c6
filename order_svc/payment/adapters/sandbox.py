"""The sandbox provider: moves no money, but keeps accounts and fails like a real provider."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextvars import Context
from datetime import datetime
from functools import partial

from chassis.background import to_completion
from chassis.clock import Clock
from chassis.errors import InvalidArgument
from chassis.mediator import Mediator
from chassis.unit_of_work import OpenUnitOfWork
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.commands.record_action import RecordAction, record_actions
from order_svc.payment.commands.record_charge import Attempt, RecordCharge, record_charges
from order_svc.payment.commands.record_refund import RecordRefund, record_refunds
from order_svc.payment.domain.errors import ProviderUnavailable
from order_svc.payment.domain.ledger import Entry
from order_svc.payment.domain.provider import (
    Charge,
    Incident,
    MovementKind,
    MovementPage,
    Notice,
    PaymentState,
    ProviderMovement,
    ProviderPayment,
    Refund,
    StoredTransaction,
)
from order_svc.payment.domain.tokens import CardBehaviour

# As many as Stripe lists at once.
_PAGE = 100
_PLACE = re.compile(r"([0-9]{1,9}) (.*)", re.DOTALL)


class SandboxProvider:
    """A PaymentProvider with a ledger of our own. Its results are durable; CardBehaviour describes its failures."""

    def __init__(self, open_uow: OpenUnitOfWork[LedgerUow], clock: Clock) -> None:
        self._open_uow = open_uow
        self._mediator: Mediator[LedgerUow] = Mediator(open_uow, service="payment")
        self._mediator.handle_batch(RecordCharge, partial(record_charges, clock=clock), optimistic=True)
        self._mediator.handle_batch(RecordRefund, partial(record_refunds, clock=clock), optimistic=True)
        self._mediator.handle_batch(RecordAction, partial(record_actions, clock=clock), optimistic=True)
        self._late: set[asyncio.Task[Attempt]] = set()

    async def charge(self, charge: Charge) -> ProviderPayment:
        # Its own books are all that there is of a card that was charged.
        card = CardBehaviour() if charge.recorded else CardBehaviour.of(charge.token)
        command = RecordCharge(charge=charge, card=card)
        attempt = await (self._late_attempt(command) if card.delay_s else self._mediator.send(command))
        if not attempt.answered:
            raise ProviderUnavailable("the payment provider does not answer; charge the same transaction again")
        return attempt.payment

    async def refund(self, refund: Refund) -> ProviderPayment:
        return await self._mediator.send(RecordRefund(refund=refund))

    async def find(self, transaction_id: str) -> ProviderPayment:
        found = await to_completion(self._find(transaction_id))
        if found.state is not PaymentState.REQUIRES_ACTION:
            return found
        return await self._mediator.send(RecordAction(transaction_id=transaction_id))

    async def stored(self, transaction_ids: Sequence[str]) -> list[StoredTransaction]:
        return await to_completion(self._stored(transaction_ids))

    async def page(self, *, after: str, limit: int) -> list[StoredTransaction]:
        return await to_completion(self._page(after, limit))

    async def movements(self, start: datetime, end: datetime, *, after: str) -> MovementPage:
        return await to_completion(self._movements(start, end, after))

    async def incident(self, notice: Notice) -> Incident | None:
        return None

    async def _late_attempt(self, command: RecordCharge) -> Attempt:
        # As with a real provider, a caller that stops waiting does not stop the charge. Its context has its deadline.
        task = asyncio.create_task(self._wait_and_send(command), context=Context())
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return await to_completion(task)

    async def _wait_and_send(self, command: RecordCharge) -> Attempt:
        await asyncio.sleep(command.card.delay_s)
        return await self._mediator.send(command)

    async def _find(self, transaction_id: str) -> ProviderPayment:
        async with self._open_uow(optimistic=True) as uow:
            transactions = await uow.ledger.transactions([transaction_id])
        return transactions[transaction_id].payment

    async def _stored(self, transaction_ids: Sequence[str]) -> list[StoredTransaction]:
        async with self._open_uow(optimistic=True) as uow:
            found = await uow.ledger.transactions(sorted(transaction_ids))
        return [transaction.stored for transaction in found.values() if transaction.entries]

    async def _movements(self, start: datetime, end: datetime, after: str) -> MovementPage:
        # Like the id of a movement: the ordinal, and then the transaction, which may have any character.
        if (place := _PLACE.fullmatch(after or "0 ")) is None:
            raise InvalidArgument.of("after", "must be `next` of the page before, unchanged")
        async with self._open_uow(optimistic=True) as uow:
            found = await uow.ledger.moved(start, end, after=(place[2], int(place[1])), limit=_PAGE)
        movements = [_movement(entry) for entry in found]
        return MovementPage(movements=movements, next=movements[-1].id if len(movements) == _PAGE else "")

    async def _page(self, after: str, limit: int) -> list[StoredTransaction]:
        async with self._open_uow(optimistic=True) as uow:
            found = await uow.ledger.transactions(await uow.ledger.ids_after(after, limit=limit))
        return [transaction.stored for transaction in found.values()]


def _movement(entry: Entry) -> ProviderMovement:
    return ProviderMovement(
        id=f"{entry.ordinal} {entry.transaction_id}",
        kind=MovementKind[entry.kind.name],
        transaction_id=entry.transaction_id,
        amount=entry.amount,
        created_at=entry.recorded_on,
        order_id=entry.order_id or 0,
        refund_id=entry.refund_id or "",
    )
