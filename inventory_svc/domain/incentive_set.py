"""The codes and points that a transaction has locked: none is used more often than its limits allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inventory_svc.domain.errors import IncentiveInvalid
from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.keys import key_of
from inventory_svc.domain.lines import HeldLine
from inventory_svc.domain.pricing import LoyaltyRates, Quote, price, sub_total

# Stands for a code where points are refused: no code is empty.
POINTS = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncentiveRequest:
    """The codes and points that a shopper wants to use for an order."""

    user_id: str
    currency: str
    codes: tuple[str, ...]
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncentiveLocks:
    """The incentives to lock for a shopper, and whether to lock points."""

    user_id: str
    codes: tuple[str, ...] = ()
    incentive_ids: tuple[int, ...] = ()
    spends_points: bool = False


@dataclass(frozen=True, slots=True)
class RefusedCode:
    """A code as it was given, or "" for the points, that an order would not get."""

    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Redemption:
    """The use of an incentive by an order."""

    incentive_id: int
    order_id: int
    user_id: str


class IncentiveSet:
    """Incentives as of their lock, and the redemptions and releases since.

    `used_by` counts the uses of incentives with a limit per user; `points` are the balances of users who spend points.
    """

    def __init__(
        self,
        incentives: Iterable[Incentive] = (),
        used_by: Mapping[tuple[int, str], int] | None = None,
        points: Mapping[str, int] | None = None,
    ) -> None:
        self._by_id = {incentive.id: incentive for incentive in incentives}
        # Codes from before 0.2.0 may differ only in case: each is found by its spelling, the first of them in any case.
        in_order = [incentive for _, incentive in sorted(self._by_id.items())]
        self._by_code = {key_of(incentive.code): incentive for incentive in reversed(in_order)}
        self._by_code |= {incentive.code: incentive for incentive in in_order}
        self._used = {incentive.id: incentive.uses for incentive in self._by_id.values()}
        self._used_by = dict(used_by or {})
        self._points = dict(points or {})
        self.redeemed: dict[tuple[int, int], Redemption] = {}
        self.released: dict[tuple[int, int], Redemption] = {}

    def moved(self) -> dict[int, int]:
        """The change in uses of each incentive."""
        by = {id: used - self._by_id[id].uses for id, used in self._used.items()}
        return {id: count for id, count in sorted(by.items()) if count}

    def quote(
        self, incentive_request: IncentiveRequest, lines: Sequence[HeldLine], now: datetime, rates: LoyaltyRates
    ) -> Quote:
        """The discounts for `lines`; redeems nothing. Raises IncentiveInvalid for invalid codes or points."""
        currency, user_id, points = incentive_request.currency, incentive_request.user_id, incentive_request.points
        chosen, faults, fields = dict[int, Incentive](), dict[str, str](), {POINTS: "loyaltyPoints"}
        for number, code in enumerate(incentive_request.codes):
            incentive = self._find(code)
            fields.setdefault(incentive.code if incentive else code, f"incentiveCodes[{number}]")
            if incentive is None:
                faults[code] = "there is no incentive with this code"
            else:
                chosen[incentive.id] = incentive
        for incentive in chosen.values():
            faults |= _invalid(incentive, currency, lines, now) or self._used_up(incentive, user_id)
            if len(chosen) > 1 and not incentive.stackable:
                faults.setdefault(incentive.code, "it cannot be combined with other codes")
        faults |= self._points_missing(user_id, points)
        try:
            _require_none(faults)
            return price(lines, chosen.values(), points, currency, rates)
        except IncentiveInvalid as error:
            raise IncentiveInvalid.of(error.faults, fields) from None

    def quote_usable(
        self, incentive_request: IncentiveRequest, lines: Sequence[HeldLine], now: datetime, rates: LoyaltyRates
    ) -> tuple[Quote, tuple[RefusedCode, ...]]:
        """The discounts for `lines` of what can be used, and what cannot."""
        refused: list[RefusedCode] = []
        while True:
            try:
                return self.quote(incentive_request, lines, now, rates), tuple(refused)
            except IncentiveInvalid as error:
                code, why = error.metadata["code"], error.metadata["why"]
                if code == POINTS and incentive_request.points:
                    refused.append(RefusedCode("", why))
                    incentive_request = replace(incentive_request, points=0)
                    continue
                out = [given for given in incentive_request.codes if key_of(given) == key_of(code)]
                if not out:
                    raise
                refused += [RefusedCode(given, why) for given in out]
                left = tuple(given for given in incentive_request.codes if given not in out)
                incentive_request = replace(incentive_request, codes=left)

    def require_given(
        self, terms: Iterable[Incentive], currency: str, lines: Sequence[HeldLine], now: datetime
    ) -> None:
        """Raises IncentiveInvalid for codes that are no longer valid, or whose minimum `lines` do not reach.

        Usage limits are not checked: the order of these `terms` has redeemed the codes.
        """
        faults: dict[str, str] = {}
        for kept in terms:
            present = self._by_id[kept.id]
            as_given = replace(kept, active=present.active, starts=present.starts, ends=present.ends)
            faults |= _invalid(as_given, currency, lines, now)
        _require_none(faults)

    def redeem(self, quote: Quote, order_id: int, user_id: str) -> None:
        """Redeems all or nothing. Raises IncentiveInvalid when a limit is reached or points are missing."""
        faults: dict[str, str] = {}
        for id in quote.incentive_ids:
            faults |= self._used_up(self._by_id[id], user_id)
        _require_none(faults | self._points_missing(user_id, quote.points_spent))
        for id in quote.incentive_ids:
            self._count(id, user_id, 1)
            if self.released.pop((id, order_id), None) is None:
                self.redeemed[id, order_id] = Redemption(id, order_id, user_id)
        if quote.points_spent:
            self._points[user_id] -= quote.points_spent

    def release(self, quote: Quote, order_id: int, user_id: str) -> None:
        """Releases the uses. Points need no change: they count as spent only while the reservation is current."""
        for id in quote.incentive_ids:
            self._count(id, user_id, -1)
            if self.redeemed.pop((id, order_id), None) is None:
                self.released[id, order_id] = Redemption(id, order_id, user_id)

    def _find(self, code: str) -> Incentive | None:
        return self._by_code.get(code.strip()) or self._by_code.get(key_of(code))

    def _used_up(self, incentive: Incentive, user_id: str) -> dict[str, str]:
        if incentive.max_uses is not None and self._used[incentive.id] >= incentive.max_uses:
            return {incentive.code: "it is used up"}
        most = incentive.max_uses_per_user
        if most is not None and self._used_by.get((incentive.id, user_id), 0) >= most:
            return {incentive.code: f"you have used it {most} times, which is as often as you may"}
        return {}

    def _points_missing(self, user_id: str, points: int) -> dict[str, str]:
        if points and points > (has := max(0, self._points.get(user_id, 0))):
            return {POINTS: f"you have {has} points, and {points} were asked for"}
        return {}

    def _count(self, incentive_id: int, user_id: str, by: int) -> None:
        self._used[incentive_id] += by
        mine = (incentive_id, user_id)
        self._used_by[mine] = self._used_by.get(mine, 0) + by


def _invalid(incentive: Incentive, currency: str, lines: Sequence[HeldLine], now: datetime) -> dict[str, str]:
    """Why the code cannot be used for the lines now, by the code; empty if it can."""
    least, why = incentive.min_total, ""
    if not incentive.active:
        why = "it is not active any more"
    elif incentive.starts and now < incentive.starts:
        why = f"it starts at {incentive.starts.isoformat()}"
    elif incentive.ends and incentive.ends <= now:
        why = f"it ended at {incentive.ends.isoformat()}"
    elif incentive.currency and incentive.currency != currency:
        why = f"it is for orders in {incentive.currency}"
    elif least and least.currency != currency:
        why = f"it is for orders in {least.currency}"
    elif least and (sub_total(lines, currency) - least).is_negative:
        why = f"the order must come to {least} at least"
    return {incentive.code: why} if why else {}


def _require_none(faults: Mapping[str, str]) -> None:
    if faults:
        raise IncentiveInvalid.of(faults)
