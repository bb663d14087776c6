"""Intents in PostgreSQL: the first writer decides, in one statement, and every caller reads the record back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.background import to_completion
from chassis.db.bulk import as_json
from chassis.db.engine import fetch
from chassis.db.failures import translated
from chassis.db.types import Amount
from chassis.money import Money
from order_svc.payment.adapters.stripe.intents import Intent, KeptRefund
from order_svc.payment.domain.provider import Charge, Refund

T = TypeVar("T")

_FIND = text("SELECT * FROM stripe_intent WHERE transaction_id = :transaction_id").columns(amount=Amount)
_FIND_BY_INTENT = text("SELECT * FROM stripe_intent WHERE intent_id = :intent_id").columns(amount=Amount)
_BEGIN = text(
    "INSERT INTO stripe_intent (transaction_id, order_id, amount, currency) "
    "VALUES (:transaction_id, :order_id, CAST(CAST(:amount AS text) AS numeric), :currency) "
    "ON CONFLICT (transaction_id) DO NOTHING"
)
_ADOPT = text(
    "UPDATE stripe_intent SET intent_id = :intent_id "
    "WHERE transaction_id = :transaction_id AND intent_id IS NULL AND void_reason IS NULL"
)
_VOID = text(
    "INSERT INTO stripe_intent AS t (transaction_id, void_reason) VALUES (:transaction_id, :reason) "
    "ON CONFLICT (transaction_id) DO UPDATE SET void_reason = COALESCE(t.void_reason, excluded.void_reason)"
)
_NEXT_GENERATION = text(
    "UPDATE stripe_intent SET generation = generation + 1 "
    "WHERE transaction_id = :transaction_id AND generation = :generation"
)
_IDS_AFTER = text(
    "SELECT transaction_id FROM stripe_intent WHERE transaction_id > :id ORDER BY transaction_id LIMIT :limit"
)
_REFUNDS_OF = text(
    "SELECT * FROM stripe_refund WHERE made_as IS NOT NULL AND transaction_id IN "
    "(SELECT jsonb_array_elements_text(CAST(:ids AS jsonb))) ORDER BY created_on, refund_id"
).columns(amount=Amount)
_FIND_REFUND = text("SELECT * FROM stripe_refund WHERE refund_id = :refund_id").columns(amount=Amount)
_BEGIN_REFUND = text(
    "INSERT INTO stripe_refund (refund_id, transaction_id, amount, currency) "
    "VALUES (:refund_id, :transaction_id, CAST(CAST(:amount AS text) AS numeric), :currency) "
    "ON CONFLICT (refund_id) DO NOTHING"
)
_MADE = text(
    "UPDATE stripe_refund SET made_as = :made_as WHERE refund_id = :refund_id AND failed_as IS DISTINCT FROM :made_as"
)
_REFUND_FAILED = text(
    "UPDATE stripe_refund SET made_as = NULL, failed_as = :stripe_id, generation = generation + 1 "
    "WHERE refund_id = :refund_id AND coalesce(made_as, :stripe_id) = :stripe_id "
    "AND failed_as IS DISTINCT FROM :stripe_id"
)
_NEXT_REFUND_GENERATION = text(
    "UPDATE stripe_refund SET generation = generation + 1 WHERE refund_id = :refund_id AND generation = :generation"
)


class SqlIntents:
    """The Intents in the payment database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, transaction_id: str) -> Intent | None:
        return await to_completion(self._find(transaction_id))

    async def ids_after(self, id: str, *, limit: int) -> list[str]:
        return [row.transaction_id for row in await fetch(self._engine, _IDS_AFTER, {"id": id, "limit": limit})]

    async def refunds_of(self, transaction_ids: Sequence[str]) -> list[KeptRefund]:
        rows = await fetch(self._engine, _REFUNDS_OF, {"ids": as_json(list(transaction_ids))})
        return [_refund(row) for row in rows]

    async def find_by_intent(self, intent_id: str) -> Intent | None:
        async def find(connection: AsyncConnection) -> Intent | None:
            row = (await connection.execute(_FIND_BY_INTENT, {"intent_id": intent_id})).one_or_none()
            return None if row is None else _intent(row)

        return await to_completion(self._in_transaction(find))

    async def begin(self, charge: Charge) -> Intent:
        values = {
            "transaction_id": charge.transaction_id,
            "order_id": charge.order_id,
            "amount": str(charge.amount.amount),
            "currency": charge.amount.currency,
        }
        return await self._change(_BEGIN, values)

    async def adopt(self, transaction_id: str, intent_id: str) -> Intent:
        return await self._change(_ADOPT, {"transaction_id": transaction_id, "intent_id": intent_id})

    async def void(self, transaction_id: str, reason: str) -> Intent:
        return await self._change(_VOID, {"transaction_id": transaction_id, "reason": reason})

    async def next_generation(self, intent: Intent) -> Intent:
        values = {"transaction_id": intent.transaction_id, "generation": intent.generation}
        return await self._change(_NEXT_GENERATION, values)

    async def begin_refund(self, refund: Refund) -> KeptRefund:
        values = {
            "refund_id": refund.refund_id,
            "transaction_id": refund.transaction_id,
            "amount": str(refund.amount.amount),
            "currency": refund.amount.currency,
        }
        return await self._change_refund(_BEGIN_REFUND, values)

    async def made(self, refund: KeptRefund, stripe_id: str) -> bool:
        kept = await self._change_refund(_MADE, {"refund_id": refund.refund_id, "made_as": stripe_id})
        return kept.made_as == stripe_id

    async def refund_failed(self, refund_id: str, stripe_id: str) -> KeptRefund | None:
        async def change(connection: AsyncConnection) -> KeptRefund | None:
            await connection.execute(_REFUND_FAILED, {"refund_id": refund_id, "stripe_id": stripe_id})
            row = (await connection.execute(_FIND_REFUND, {"refund_id": refund_id})).one_or_none()
            return None if row is None else _refund(row)

        return await to_completion(self._in_transaction(change))

    async def next_refund_generation(self, refund: KeptRefund) -> None:
        values = {"refund_id": refund.refund_id, "generation": refund.generation}
        await self._change_refund(_NEXT_REFUND_GENERATION, values)

    async def _find(self, transaction_id: str) -> Intent | None:
        with translated():
            async with self._engine.connect() as connection:
                return await _read(connection, transaction_id)

    async def _change(self, statement: TextClause, values: dict[str, Any]) -> Intent:
        async def change(connection: AsyncConnection) -> Intent:
            await connection.execute(statement, values)
            kept = await _read(connection, values["transaction_id"])
            assert kept is not None
            return kept

        return await to_completion(self._in_transaction(change))

    async def _change_refund(self, statement: TextClause, values: dict[str, Any]) -> KeptRefund:
        async def change(connection: AsyncConnection) -> KeptRefund:
            await connection.execute(statement, values)
            return _refund((await connection.execute(_FIND_REFUND, {"refund_id": values["refund_id"]})).one())

        return await to_completion(self._in_transaction(change))

    async def _in_transaction(self, change: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        with translated():
            async with self._engine.begin() as connection:
                return await change(connection)


async def _read(connection: AsyncConnection, transaction_id: str) -> Intent | None:
    row = (await connection.execute(_FIND, {"transaction_id": transaction_id})).one_or_none()
    return None if row is None else _intent(row)


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        transaction_id=row.transaction_id,
        intent_id=row.intent_id,
        order_id=row.order_id,
        amount=None if row.amount is None else Money(row.amount, row.currency),
        generation=row.generation,
        void_reason=row.void_reason,
    )


def _refund(row: Row[Any]) -> KeptRefund:
    return KeptRefund(
        refund_id=row.refund_id,
        transaction_id=row.transaction_id,
        amount=Money(row.amount, row.currency),
        made_as=row.made_as,
        failed_as=row.failed_as,
        generation=row.generation,
    )
