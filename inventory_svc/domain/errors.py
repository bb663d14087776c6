"""The errors of catalogue, stock and incentives; their reasons are part of the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from chassis.errors import AppError, FieldViolation, Kind


class ProductNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "PRODUCT_NOT_FOUND"

    @classmethod
    def of(cls, product_id: int) -> ProductNotFound:
        return cls(f"there is no product {product_id}", metadata={"productId": str(product_id)})


class ProductNotDeleted(AppError):
    """There is nothing to undelete; the code is that of AIP-164."""

    kind, reason = Kind.ALREADY_EXISTS, "PRODUCT_NOT_DELETED"

    @classmethod
    def of(cls, product_id: int) -> ProductNotDeleted:
        return cls(f"product {product_id} is not deleted", metadata={"productId": str(product_id)})


class ProductItemNotFound(AppError):
    """No item with this id can be ordered: the item never existed, or its product was deleted."""

    kind, reason = Kind.NOT_FOUND, "PRODUCT_ITEM_NOT_FOUND"

    @classmethod
    def of(cls, missing: Mapping[str, int]) -> ProductItemNotFound:
        """`missing` are the ids by the paths of the fields that name them; the metadata is about the first."""
        messages = {field: f"there is no product item {product_item_id}" for field, product_item_id in missing.items()}
        return cls(
            "; ".join(messages.values()),
            metadata={"productItemId": str(next(iter(missing.values())))},
            violations=[FieldViolation(*violation) for violation in messages.items()],
        )


class OrderIdTaken(AppError):
    """Another request has a reservation for this order id."""

    kind, reason = Kind.ALREADY_EXISTS, "ORDER_ID_TAKEN"

    @classmethod
    def of(cls, order_id: int) -> OrderIdTaken:
        message = f"order {order_id} has a reservation of another request; choose another id"
        return cls(message, metadata={"orderId": str(order_id)})


class SkuTaken(AppError):
    kind, reason = Kind.ALREADY_EXISTS, "SKU_TAKEN"

    @classmethod
    def of(cls, sku: str, field: str, *, product_id: int, is_deleted: bool) -> SkuTaken:
        """`field` is the path of the SKU as the caller wrote it, `product_id` the product that has it."""
        owner = (
            f"a deleted item of product {product_id}, which may come back" if is_deleted else f"product {product_id}"
        )
        message = f"SKU {sku!r} belongs to {owner}; every item needs one of its own"
        metadata = {"sku": sku, "productId": str(product_id)}
        return cls(message, metadata=metadata, violations=[FieldViolation(field, message)])

    @classmethod
    def of_all(cls, taken: Sequence[SkuTaken]) -> SkuTaken:
        """One error for several SKUs; the metadata is about the first."""
        violations = [violation for error in taken for violation in error.violations]
        return cls("; ".join(error.message for error in taken), metadata=taken[0].metadata, violations=violations)


NO_FIELDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Shortage:
    """An item of which fewer pieces are available than were requested; `field` is empty if the caller named none."""

    field: str
    product_item_id: int
    sku: str
    requested: int
    available: int

    @property
    def message(self) -> str:
        return f"{self.requested} of {self.sku} were asked for, {self.available} are available"


class OutOfStock(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "OUT_OF_STOCK"

    @classmethod
    def of(cls, shortages: Sequence[Shortage]) -> OutOfStock:
        """The metadata is about the first."""
        first = shortages[0]
        return cls(
            "; ".join(shortage.message for shortage in shortages),
            metadata={
                "productItemId": str(first.product_item_id),
                "requested": str(first.requested),
                "available": str(first.available),
            },
            violations=[FieldViolation(shortage.field, shortage.message) for shortage in shortages if shortage.field],
        )


class IncentiveInvalid(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "INCENTIVE_INVALID"

    # Why each of the codes cannot be used.
    faults: Mapping[str, str]

    @classmethod
    def of(cls, faults: Mapping[str, str], fields: Mapping[str, str] = NO_FIELDS) -> IncentiveInvalid:
        """`fields` are the paths of the codes that the caller named; the metadata is about the first.

        An empty code stands for the points.
        """
        messages = {code: f"{code or 'the loyalty points'} cannot be used: {why}" for code, why in faults.items()}
        code, why = next(iter(faults.items()))
        error = cls(
            "; ".join(messages.values()),
            metadata={"code": code, "why": why},
            violations=[FieldViolation(fields[code], text) for code, text in messages.items() if code in fields],
        )
        error.faults = faults
        return error


class IncentiveNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "INCENTIVE_NOT_FOUND"

    @classmethod
    def of(cls, incentive_id: int) -> IncentiveNotFound:
        return cls(f"there is no incentive {incentive_id}", metadata={"incentiveId": str(incentive_id)})


class CodeTaken(AppError):
    kind, reason = Kind.ALREADY_EXISTS, "CODE_TAKEN"

    @classmethod
    def of(cls, code: str) -> CodeTaken:
        message = f"code {code!r} is in use; every incentive needs one of its own"
        return cls(message, metadata={"code": code}, violations=[FieldViolation("incentive.code", message)])


class AwaitingStock(AppError):
    """Some pieces of the order are still backordered, so it cannot be committed."""

    kind, reason = Kind.FAILED_PRECONDITION, "STILL_WAITING"

    @classmethod
    def of(cls, order_id: int) -> AwaitingStock:
        return cls(f"order {order_id} waits for stock", metadata={"orderId": str(order_id)})


class ReservationReleased(AppError):
    """The order was stopped: a late request must not reserve its stock again."""

    kind, reason = Kind.FAILED_PRECONDITION, "RESERVATION_RELEASED"

    @classmethod
    def of(cls, order_id: int) -> ReservationReleased:
        return cls(f"the reservation of order {order_id} was released", metadata={"orderId": str(order_id)})


class HoldSuperseded(AppError):
    """The request acts for an earlier state of the order than the reservation is at."""

    kind, reason = Kind.FAILED_PRECONDITION, "HOLD_SUPERSEDED"

    @classmethod
    def of(cls, order_id: int, *, present: int, named: int) -> HoldSuperseded:
        return cls(
            f"the reservation of order {order_id} is at revision {present}; what was meant for {named} is over",
            metadata={"orderId": str(order_id), "revision": str(present)},
        )


class AmendmentTooEarly(AppError):
    """The preceding amendment has not arrived yet."""

    kind, reason = Kind.FAILED_PRECONDITION, "AMENDMENT_TOO_EARLY"

    @classmethod
    def of(cls, order_id: int, *, present: int, wanted: int) -> AmendmentTooEarly:
        return cls(
            f"the reservation of order {order_id} is at revision {present} and cannot become {wanted} yet",
            metadata={"orderId": str(order_id), "revision": str(present)},
        )


class NotCommittedYet(AppError):
    """Stock that is not committed cannot be restocked; the commit may be under way."""

    kind, reason = Kind.FAILED_PRECONDITION, "NOT_SOLD_YET"

    @classmethod
    def of(cls, order_id: int) -> NotCommittedYet:
        return cls(f"what order {order_id} holds is not sold yet", metadata={"orderId": str(order_id)})


class ReservationNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "RESERVATION_NOT_FOUND"

    @classmethod
    def of(cls, order_id: int) -> ReservationNotFound:
        return cls(f"nothing was ever reserved for order {order_id}", metadata={"orderId": str(order_id)})
