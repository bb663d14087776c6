"""The tables of the write database. Alembic revisions in migrations/write create them; a test compares the two."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Numeric, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from chassis.db.entities import BaseSoftIntDelete
from chassis.db.types import Amount, Json, UtcDateTime


class WriteBase(DeclarativeBase):
    """All tables of the write side."""

    type_annotation_map: ClassVar = {datetime: UtcDateTime, Decimal: Amount, str: Text, int: BigInteger}


class ProductRow(WriteBase, BaseSoftIntDelete):
    __tablename__ = "product"

    name: Mapped[str]
    description: Mapped[str]
    # Applies to all prices of the product.
    currency: Mapped[str]
    base_price: Mapped[Decimal]
    # NULL where there is none.
    metadata_: Mapped[dict[str, Any] | None] = mapped_column("metadata", Json)

    variations: Mapped[list[VariationRow]] = relationship(order_by="VariationRow.id")
    items: Mapped[list[ProductItemRow]] = relationship(order_by="ProductItemRow.id")


class VariationRow(WriteBase, BaseSoftIntDelete):
    __tablename__ = "variation"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    name: Mapped[str]

    options: Mapped[list[VariationOptionRow]] = relationship(order_by="VariationOptionRow.id")


class VariationOptionRow(WriteBase, BaseSoftIntDelete):
    __tablename__ = "variation_option"

    variation_id: Mapped[int] = mapped_column(ForeignKey("variation.id"), index=True)
    value: Mapped[str]
    price_modifier: Mapped[Decimal]


class ProductItemRow(WriteBase, BaseSoftIntDelete):
    __tablename__ = "product_item"
    # Includes deleted items, so that undeleting one never fails. Checked at commit: items may swap their SKUs.
    __table_args__ = (UniqueConstraint("sku_key", deferrable=True, initially="DEFERRED"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    sku: Mapped[str]
    # domain.keys.key_of(sku).
    sku_key: Mapped[str]
    price_override: Mapped[Decimal | None]
    # The selling price, which reserving reads; computed by the aggregate at every write.
    price: Mapped[Decimal]
    # The names of its variations and options, which reserving reads; written like the price.
    chosen: Mapped[list[list[str]]] = mapped_column(Json, server_default=text("'[]'"))
    backorderable: Mapped[bool]

    options: Mapped[list[ProductItemOptionRow]] = relationship(order_by="ProductItemOptionRow.id")
    stock: Mapped[InventoryRow] = relationship()


class ProductItemOptionRow(WriteBase, BaseSoftIntDelete):
    """An option of an item."""

    __tablename__ = "product_item_option"
    __table_args__ = (UniqueConstraint("product_item_id", "variation_option_id"),)

    product_item_id: Mapped[int] = mapped_column(ForeignKey("product_item.id"))
    variation_option_id: Mapped[int] = mapped_column(ForeignKey("variation_option.id"))

    option: Mapped[VariationOptionRow] = relationship()


class InventoryRow(WriteBase, BaseSoftIntDelete):
    """The stock of the product item that has the same id."""

    __tablename__ = "inventory"
    __table_args__ = (
        CheckConstraint("0 <= reserved AND reserved <= on_hand", name="reserved_is_on_hand"),
        CheckConstraint("initial + adjusted + restocked = on_hand + sold", name="pieces_add_up"),
        CheckConstraint("0 <= backordered", name="backordered_is_not_negative"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("product_item.id"), primary_key=True, autoincrement=False, sort_order=-1)
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)
    sold: Mapped[int] = mapped_column(default=0)
    restocked: Mapped[int] = mapped_column(default=0)
    adjusted: Mapped[int] = mapped_column(default=0)
    initial: Mapped[int]
    backordered: Mapped[int] = mapped_column(default=0)
    # The last assigned place in the backorder queue.
    places: Mapped[int] = mapped_column(default=0)
    warehouse_location: Mapped[str]


class StockAdjustmentRow(WriteBase):
    """An administrator's change of stock and its reason; an item's entries add up to its `adjusted`."""

    __tablename__ = "stock_adjustment"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_item_id: Mapped[int] = mapped_column(ForeignKey("inventory.id"), index=True)
    delta: Mapped[int]
    reason: Mapped[str]
    adjusted_by: Mapped[str]
    adjusted_on: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ReservationRow(WriteBase):
    __tablename__ = "reservation"
    __table_args__ = (
        Index("ix_reservation_held", "expire_at", postgresql_where=text("state IN ('HELD', 'BACKORDERED')")),
        Index("ix_reservation_points", "user_id", postgresql_where=text("points_spent > 0 OR points_earned > 0")),
    )

    order_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    request_key: Mapped[str] = mapped_column(unique=True)
    # A digest of the request, so that one key cannot be used for two different requests.
    fingerprint: Mapped[str]
    user_id: Mapped[str]
    currency: Mapped[str]
    state: Mapped[str]
    sold: Mapped[bool]
    # An order that is paid on delivery earns no points before. True for all orders before 0.2.0.
    paid: Mapped[bool] = mapped_column(server_default=text("true"))
    # None while the order waits for stock: a backorder does not expire.
    expire_at: Mapped[datetime | None]
    # True once the order is known to exist.
    placed: Mapped[bool] = mapped_column(server_default=text("true"))
    # True once a second request got it.
    shared: Mapped[bool] = mapped_column(server_default=text("false"))
    # The discounts by codes and points, as a list of domain.pricing.Discount.
    discounts: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    # A shopper's points are the sum of these over the current reservations; returns change them.
    points_spent: Mapped[int]
    points_earned: Mapped[int]
    # The points that a unit of money earned when the order was priced; None before 0.2.0.
    points_rate: Mapped[Decimal | None] = mapped_column(Numeric)
    # The money that went back after the sale.
    refunded: Mapped[Decimal] = mapped_column(server_default=text("0"))
    # The number of the last change of the order that was applied.
    revision: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    row_version: Mapped[int] = mapped_column(server_default=text("1"))


class ReservationLineRow(WriteBase):
    __tablename__ = "reservation_line"
    __table_args__ = (
        UniqueConstraint("order_id", "product_item_id"),
        Index("ix_reservation_line_waiting", "product_item_id", "place", postgresql_where=text("backordered > 0")),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("reservation.order_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    product_item_id: Mapped[int] = mapped_column(ForeignKey("inventory.id"))
    quantity: Mapped[int]
    # Counts only while the reservation is BACKORDERED.
    backordered: Mapped[int]
    place: Mapped[int] = mapped_column(server_default=text("0"))
    returned: Mapped[int] = mapped_column(server_default=text("0"))
    written_off: Mapped[int] = mapped_column(server_default=text("0"))
    unit_price: Mapped[Decimal]
    # As they were when the reservation was made.
    sku: Mapped[str]
    name: Mapped[str]


class IncentiveRow(WriteBase, BaseSoftIntDelete):
    __tablename__ = "incentive"
    __table_args__ = (CheckConstraint("0 <= uses AND uses <= max_uses", name="uses_within_limit"),)

    code: Mapped[str]
    # domain.keys.key_of(code).
    code_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    # As it was entered, with the same decimals.
    value: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str]
    starts: Mapped[datetime | None]
    ends: Mapped[datetime | None]
    min_total: Mapped[Decimal | None]
    min_total_currency: Mapped[str | None]
    product_item_ids: Mapped[list[int]] = mapped_column(Json)
    max_uses: Mapped[int | None]
    max_uses_per_user: Mapped[int | None]
    stackable: Mapped[bool]
    buy_quantity: Mapped[int]
    get_quantity: Mapped[int]
    # The current number of redemptions.
    uses: Mapped[int]
    active: Mapped[bool]
    # Counts edits only; row_version counts uses too.
    revision: Mapped[int]


class RedemptionRow(WriteBase):
    """The use of an incentive by an order; deleted when it is released."""

    __tablename__ = "redemption"
    __table_args__ = (Index("ix_redemption_user_id", "user_id", "incentive_id"),)

    incentive_id: Mapped[int] = mapped_column(ForeignKey("incentive.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[str]
