"""What the shop sells in a run: items and codes, in amounts that are short of what is wanted, or not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from tests.lives.asking import Asking
from tests.lives.bills import Code
from tests.lives.commands import Json, money

CURRENCIES = ("USD", "EUR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item in stock. `scarce`: orders may be refused for it; backorderable items are scarce for changed orders."""

    id: str
    product: str
    currency: str
    price: int
    pieces: int
    scarce: bool = False
    backorderable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    items: dict[str, Item]
    codes: tuple[Code, ...]

    def sold_in(self, currency: str) -> list[Item]:
        return [item for item in self.items.values() if item.currency == currency]


async def put_on_sale(asking: Asking, *, lives: int) -> Goods:
    run = uuid.uuid4().hex[:8]
    few = max(6, lives // 8)
    many = 100 * lives
    # Price in cents, pieces, scarce, backorderable.
    wanted = {
        "USD": [
            (999, many, False, False),
            (1000, many, False, False),
            (1, many, False, False),
            (0, many, False, False),
            (2450, many, False, False),
            (4000, few, True, False),
            (333, 2 * few, True, False),
            (1500, 2, False, True),
        ],
        "EUR": [(1234, many, False, False), (5, many, False, False), (555, few, True, False)],
    }
    items: dict[str, Item] = {}
    for currency, kinds in wanted.items():
        product = await asking.resource(
            "POST",
            "/products",
            {
                "name": f"Lives {run} {currency}",
                "basePrice": money(100, currency),
                "productItems": [
                    {
                        "sku": f"LIFE-{run}-{currency}-{number}",
                        "priceOverride": money(price, currency),
                        "quantityOnHand": pieces,
                        "backorderable": backorderable,
                    }
                    for number, (price, pieces, _, backorderable) in enumerate(kinds)
                ],
            },
        )
        for made, (price, pieces, scarce, backorderable) in zip(product["productItems"], kinds, strict=True):
            items[made["id"]] = Item(
                id=made["id"],
                product=product["id"],
                currency=currency,
                price=price,
                pieces=pieces,
                scarce=scarce,
                backorderable=backorderable,
            )
    codes = _codes(run, lives, items)
    for code in codes:
        await asking.resource("POST", "/admin/incentives", _incentive(code))
    return Goods(items=items, codes=codes)


def _codes(run: str, lives: int, items: dict[str, Item]) -> tuple[Code, ...]:
    ids = list(items)
    some = frozenset(ids[:3])
    kinds = [
        Code(name="PART", number=0, kind="PERCENT", value="33.3", max_uses=max(4, lives // 10)),
        Code(name="HALF", number=0, kind="PERCENT", value="50", items=some, max_uses_per_user=2),
        Code(name="LESS", number=0, kind="AMOUNT", value="5.01", currency="USD"),
        Code(name="FREE", number=0, kind="BUY_X_GET_Y", buy=2, get=1, items=frozenset(ids[1:6])),
        Code(name="ALL", number=0, kind="PERCENT", value="100", stackable=False),
        Code(name="MOST", number=0, kind="PERCENT", value="7", currency="USD", min_total=4000),
        Code(name="TWICE", number=0, kind="LOYALTY_MULTIPLIER", value="2"),
        Code(name="THRICE", number=0, kind="LOYALTY_MULTIPLIER", value="1.5", items=frozenset(ids[4:6])),
        Code(name="LITTLE", number=0, kind="PERCENT", value="0.01"),
        Code(name="EURO", number=0, kind="AMOUNT", value="2.5", currency="EUR", max_uses=max(4, lives // 20)),
    ]
    return tuple(replace(code, name=f"{code.name}-{run}", number=number) for number, code in enumerate(kinds))


def _incentive(code: Code) -> Json:
    wanted: Json = {
        "code": code.name,
        "kind": f"INCENTIVE_KIND_{code.kind}",
        "value": code.value,
        "stackable": code.stackable,
        "productItemIds": sorted(code.items),
        "buyQuantity": code.buy,
        "getQuantity": code.get,
    }
    if code.currency:
        wanted["currencyCode"] = code.currency
    if code.min_total:
        wanted["minTotal"] = money(code.min_total, code.currency)
    if code.max_uses is not None:
        wanted["maxUses"] = code.max_uses
    if code.max_uses_per_user is not None:
        wanted["maxUsesPerUser"] = code.max_uses_per_user
    return wanted
