"""Reservations in SQL: each statement handles a whole batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Table, TextualSelect, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.bulk import as_json, in_order
from chassis.db.types import Amount, Json, UtcDateTime
from chassis.db.writes import UNLOCKED, enqueue_insert, enqueue_update, is_optimistic
from chassis.money import Money
from inventory_svc.adapters.tables import ReservationLineRow, ReservationRow
from inventory_svc.domain.incentive import Incentive, IncentiveKind
from inventory_svc.domain.lines import HeldLine
from inventory_svc.domain.pricing import Discount, Quote
from inventory_svc.domain.reservation import Reservation, ReservationState

_RESERVATIONS: Table = ReservationRow.__table__  # type: ignore[assignment]
_LINES: Table = ReservationLineRow.__table__  # type: ignore[assignment]

_HEAD = (
    "row_version order_id request_key fingerprint user_id currency state sold paid expire_at placed shared revision "
    "discounts points_spent points_earned points_rate refunded"
)
_LINE = "product_item_id quantity backordered place returned written_off unit_price sku name"
_TYPES = {"expire_at": UtcDateTime, "unit_price": Amount, "refunded": Amount, "discounts": Json}
# The heads are locked outside the join: SKIP LOCKED must not skip single lines of a reservation.
_LOADED = (
    "WITH head AS (SELECT * FROM reservation WHERE {which} ORDER BY order_id {locked}) "
    f"SELECT {', '.join([*map('head.{}'.format, _HEAD.split()), *map('line.{}'.format, _LINE.split())])} "
    "FROM head JOIN reservation_line AS line ON line.order_id = head.order_id "
    "ORDER BY head.order_id, line.number"
)


def _load(which: str, locked: str = "FOR UPDATE") -> TextualSelect:
    loaded = text(_LOADED.format(which=which, locked=locked))
    return loaded.columns(*in_order(f"{_HEAD} {_LINE}", **_TYPES))


_ORDER_IDS = "SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:order_ids AS jsonb))"
_REQUEST_KEYS = "SELECT value FROM jsonb_array_elements_text(CAST(:request_keys AS jsonb))"
_LOCK = _load(f"order_id IN ({_ORDER_IDS})")
# Each part of the UNION uses an index: an OR of two subqueries would scan the whole table.
_REQUESTED = (
    f"order_id IN (SELECT order_id FROM reservation WHERE request_key IN ({_REQUEST_KEYS}) "
    f"UNION SELECT order_id FROM reservation WHERE order_id IN ({_ORDER_IDS}))"
)
_LOCK_REQUESTED = _load(_REQUESTED)
_LOOK_REQUESTED = _load(_REQUESTED, locked="")
_FIND = _load("order_id = :order_id", locked="")
_DUE = "state IN ('HELD', 'BACKORDERED') AND expire_at <= now()"
# Found by their expiry before they are sorted by id: the order of ids alone would lead past all that are not due.
_FIND_DUE = text(
    f"WITH due AS MATERIALIZED (SELECT order_id FROM reservation WHERE {_DUE}) "
    "SELECT order_id FROM due WHERE order_id > :after ORDER BY order_id LIMIT :limit"
)
_FIND_WITHDRAWN = text(
    "SELECT order_id FROM reservation AS waits WHERE state = 'BACKORDERED' AND expire_at IS NULL AND order_id > :after "
    "AND EXISTS (SELECT FROM reservation_line AS line JOIN product_item AS item ON item.id = line.product_item_id "
    "JOIN product ON product.id = item.product_id WHERE line.order_id = waits.order_id AND line.backordered > 0 "
    "AND (item.is_deleted OR product.is_deleted)) ORDER BY order_id LIMIT :limit"
)
# One second of tolerance, so that small clock differences change no reservation.
_SHORTEN = text(
    "UPDATE reservation SET expire_at = now() + make_interval(secs => CAST(:longest AS float8)) "
    "WHERE state IN ('HELD', 'BACKORDERED') "
    "AND expire_at > now() + make_interval(secs => CAST(:longest AS float8) + 1)"
)
_LOCK_EXPIRED = _load(f"{_DUE} AND order_id IN ({_ORDER_IDS})", locked="FOR UPDATE SKIP LOCKED")
# Locks only the heads: another transaction may be assigning stock of a second item to the same order, so the lines are
# read once that transaction has ended.
_LOCK_WAITING = text(
    "SELECT order_id FROM reservation WHERE order_id IN (SELECT first.order_id "
    "FROM jsonb_to_recordset(CAST(:wanted AS jsonb)) AS wanted(product_item_id bigint, pieces bigint) "
    "CROSS JOIN LATERAL (SELECT line.order_id FROM reservation_line AS line "
    "JOIN reservation AS waits ON waits.order_id = line.order_id AND waits.state = 'BACKORDERED' "
    "WHERE line.product_item_id = wanted.product_item_id AND line.backordered > 0 "
    "ORDER BY line.place LIMIT wanted.pieces) AS first) ORDER BY order_id FOR UPDATE"
)
# Updates of existing reservations have their own name, apart from inserts: the two never touch the same rows.
_STORED = "reservation stored before"
_OUTCOME = ("state", "sold", "paid", "expire_at", "placed", "shared")
_QUOTE = ("discounts", "points_spent", "points_earned", "points_rate")
_DELETE_LINES = text(f"DELETE FROM reservation_line WHERE order_id IN ({_ORDER_IDS})")
_OF_LINE = ("order_id", "product_item_id", "unit_price", "sku", "name", "backordered", "place")


class SqlReservations:
    """The reservations of the write database, in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, order_ids: Iterable[int]) -> dict[int, Reservation]:
        found = await self._load(_LOCK, {"order_ids": as_json(list(order_ids))})
        return {reservation.order_id: reservation for reservation in found}

    async def lock_requested(self, request_keys: Iterable[str], order_ids: Iterable[int]) -> list[Reservation]:
        wanted = {"request_keys": as_json(list(request_keys)), "order_ids": as_json(list(order_ids))}
        if is_optimistic(self._session):
            return await self._load(_LOOK_REQUESTED, wanted, execution_options=UNLOCKED)
        return await self._load(_LOCK_REQUESTED, wanted)

    async def find(self, order_id: int) -> Reservation | None:
        return next(iter(await self._load(_FIND, {"order_id": order_id})), None)

    async def find_due(self, limit: int, *, after: int) -> list[int]:
        return list((await self._session.execute(_FIND_DUE, {"limit": limit, "after": after})).scalars())

    async def find_withdrawn(self, limit: int, *, after: int) -> list[int]:
        return list((await self._session.execute(_FIND_WITHDRAWN, {"limit": limit, "after": after})).scalars())

    async def shorten(self, longest: timedelta) -> None:
        await self._session.execute(_SHORTEN, {"longest": longest.total_seconds()})

    async def lock_expired(self, order_ids: Iterable[int]) -> list[Reservation]:
        return await self._load(_LOCK_EXPIRED, {"order_ids": as_json(list(order_ids))})

    async def lock_waiting(self, pieces: Mapping[int, int]) -> list[Reservation]:
        wanted = [{"product_item_id": item_id, "pieces": count} for item_id, count in pieces.items()]
        order_ids = (await self._session.execute(_LOCK_WAITING, {"wanted": as_json(wanted)})).scalars()
        return list((await self.lock(order_ids)).values())

    async def add(self, reservations: Sequence[Reservation]) -> None:
        # In key order: two batches that share keys wait for each other at the first one and do not deadlock.
        ordered = sorted(reservations, key=lambda reservation: reservation.request_key)
        await enqueue_insert(self._session, _RESERVATIONS, [_row(reservation) for reservation in ordered])
        await enqueue_insert(self._session, _LINES, [row for reservation in ordered for row in _line_rows(reservation)])

    async def save(self, reservations: Sequence[Reservation]) -> None:
        await self._save(reservations, _OUTCOME)

    async def save_re_reserved(self, reservations: Sequence[Reservation]) -> None:
        await self._save(reservations, _OUTCOME + _QUOTE)
        lines = [
            {column: row[column] for column in _OF_LINE}
            for reservation in reservations
            for row in _line_rows(reservation)
        ]
        await enqueue_update(self._session, _LINES, lines, match=["order_id", "product_item_id"])

    async def save_amended(self, reservations: Sequence[Reservation]) -> None:
        if reservations:
            await self._save(reservations, (*_OUTCOME, *_QUOTE, "revision", "refunded"))
            order_ids = [reservation.order_id for reservation in reservations]
            await self._session.execute(_DELETE_LINES, {"order_ids": as_json(order_ids)})
            lines = [row for reservation in reservations for row in _line_rows(reservation)]
            await enqueue_insert(self._session, _LINES, lines)

    async def _save(self, reservations: Sequence[Reservation], columns: Sequence[str]) -> None:
        rows = []
        for reservation in reservations:
            row = _row(reservation)
            key = {"order_id": reservation.order_id, "row_version": reservation.version}
            rows.append(key | {column: row[column] for column in columns})
            reservation.version += 1
        await enqueue_update(self._session, _RESERVATIONS, rows, match=["order_id", "row_version"], name=_STORED)

    async def _load(self, statement: TextualSelect, parameters: Mapping[str, Any], **options: Any) -> list[Reservation]:
        rows = (await self._session.execute(statement, parameters, **options)).all()
        return [_reservation(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row.order_id)]


def _reservation(rows: Sequence[Any]) -> Reservation:
    head = rows[0]
    state = ReservationState(head.state)
    waits = state is ReservationState.BACKORDERED
    return Reservation(
        order_id=head.order_id,
        request_key=head.request_key,
        fingerprint=head.fingerprint,
        user_id=head.user_id,
        currency=head.currency,
        state=state,
        sold=head.sold,
        expire_at=head.expire_at,
        paid=head.paid,
        is_placed=head.placed,
        is_shared=head.shared,
        quote=Quote(
            discounts=tuple(_discount(discount, head) for discount in head.discounts),
            points_spent=head.points_spent,
            points_earned=head.points_earned,
            points_rate=head.points_rate,
        ),
        revision=head.revision,
        refunded=head.refunded,
        version=head.row_version,
        lines=tuple(
            HeldLine(
                product_item_id=row.product_item_id,
                sku=row.sku,
                name=row.name,
                quantity=row.quantity,
                unit_price=Money(row.unit_price, head.currency),
                backordered=row.backordered if waits else 0,
                place=row.place if waits else 0,
                returned=row.returned,
                written_off=row.written_off,
            )
            for row in rows
        ),
    )


def _row(reservation: Reservation) -> dict[str, Any]:
    return {
        "order_id": reservation.order_id,
        "request_key": reservation.request_key,
        "fingerprint": reservation.fingerprint,
        "user_id": reservation.user_id,
        "currency": reservation.currency,
        "state": reservation.state.value,
        "sold": reservation.sold,
        "expire_at": reservation.expire_at,
        "paid": reservation.paid,
        "placed": reservation.is_placed,
        "shared": reservation.is_shared,
        "discounts": [_discount_document(discount) for discount in reservation.quote.discounts],
        "points_spent": reservation.quote.points_spent,
        "points_earned": reservation.quote.points_earned,
        "points_rate": reservation.quote.points_rate,
        "refunded": reservation.refunded,
        "revision": reservation.revision,
    }


def _discount(document: Mapping[str, Any], head: Any) -> Discount:
    shares = tuple(Money.of(share, head.currency) for share in document["shares"])
    terms = document["terms"] and _terms(document)
    # Before 0.2.0, points did not come back with returns, so those of the order are those of its discount.
    points = head.points_spent if document["incentive_id"] is None else 0
    return Discount(**{"points": points, **document, "shares": shares, "terms": terms})


def _discount_document(discount: Discount) -> dict[str, Any]:
    return {
        "incentive_id": discount.incentive_id,
        "code": discount.code,
        "description": discount.description,
        "shares": [share.amount for share in discount.shares],
        "terms": discount.terms and _terms_document(discount.terms),
        "points": discount.points,
    }


def _terms(discount: Mapping[str, Any]) -> Incentive:
    terms = discount["terms"]
    least = terms["min_total"]
    return Incentive(
        id=discount["incentive_id"],
        code=discount["code"],
        kind=IncentiveKind(terms["kind"]),
        value=Decimal(terms["value"]),
        currency=terms["currency"],
        min_total=least and Money.of(least["amount"], least["currency"]),
        product_item_ids=tuple(terms["product_item_ids"]),
        buy_quantity=terms["buy_quantity"],
        get_quantity=terms["get_quantity"],
    )


def _terms_document(terms: Incentive) -> dict[str, Any]:
    least = terms.min_total
    return {
        "kind": terms.kind.value,
        "value": terms.value,
        "currency": terms.currency,
        "min_total": least and {"amount": least.amount, "currency": least.currency},
        "product_item_ids": terms.product_item_ids,
        "buy_quantity": terms.buy_quantity,
        "get_quantity": terms.get_quantity,
    }


def _line_rows(reservation: Reservation) -> list[dict[str, Any]]:
    return [
        {
            "order_id": reservation.order_id,
            "number": number,
            "product_item_id": line.product_item_id,
            "quantity": line.quantity,
            "backordered": line.backordered,
            "place": line.place,
            "returned": line.returned,
            "written_off": line.written_off,
            "unit_price": line.unit_price.amount,
            "sku": line.sku,
            "name": line.name,
        }
        for number, line in enumerate(reservation.lines)
    ]
