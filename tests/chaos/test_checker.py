"""The checker accepts histories that a correct shop can have, and refuses each kind of anomaly planted in one."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.chaos.checker import CHECKS, violations
from tests.chaos.checker.history import History
from tests.chaos.checker.linearizability import Operation, Undecided, first_impossible
from tests.chaos.checker.streams import ADMINISTRATOR

Json = dict[str, Any]
Records = list[Json]
ITEM, PRICE = "7", 5
# What happens at the end is after everything else.
REST = 1000.0


def call(who: str, path: str, body: Json, start: float, end: float, reply: Json, status: int = 200) -> Json:
    method = "POST" if body else "GET"
    return {
        "kind": "call", "who": who, "method": method, "path": path, "body": body,
        "start": start, "end": end, "status": status, "reply": reply,
    }  # fmt: skip


def placing(who: str, request: str, pieces: int, start: float, end: float, order: str = "", status: int = 200) -> Json:
    body = {"requestId": request, "items": [{"productItemId": ITEM, "quantity": pieces}]}
    return call(who, "/orders", body, start, end, {"id": order, "etag": "1"} if order else {}, status)


def refused(who: str, request: str, pieces: int, start: float, end: float, *, available: int) -> Json:
    metadata = {"productItemId": ITEM, "requested": str(pieces), "available": str(available)}
    refusal = placing(who, request, pieces, start, end, status=400)
    return refusal | {"reply": {"details": [{"reason": "OUT_OF_STOCK", "metadata": metadata}]}}


def unanswered(who: str, request: str, pieces: int, start: float, end: float) -> Json:
    return placing(who, request, pieces, start, end, status=0)


def reading(who: str, order: str, start: float, end: float, etag: int) -> Json:
    return call(who, f"/orders/{order}", {}, start, end, {"id": order, "etag": str(etag)})


def cancelling(who: str, order: str, start: float, end: float, etag: int) -> Json:
    reply = {"id": order, "etag": str(etag)}
    return call(who, f"/orders/{order}:cancel", {"requestId": f"cancel {order}"}, start, end, reply)


def adjusting(delta: int, start: float, end: float, status: int = 200) -> Json:
    body = {"delta": delta, "requestId": f"adjust {start}"}
    return call("", f"/admin/inventory/{ITEM}:adjust", body, start, end, {}, status)


def an_order(id: str, status: str, pieces: int, *, refunded: int = 0, method: str = "CARD") -> Json:
    payment = {
        "transactionId": f"of {id}", "method": f"PAYMENT_METHOD_{method}",
        "amount": {"units": str(pieces * PRICE)}, "refundedAmount": {"units": str(refunded)},
    }  # fmt: skip
    return {"kind": "order", "order": {"id": id, "status": f"ORDER_STATUS_{status}", "payments": [payment]}}


def entry(order: str, moved: str, amount: int, refund: str = "") -> Json:
    return {"kind": "entry", "transaction": f"of {order}", "moved": moved, "amount": str(amount), "refund": refund}


def event(
    order: str, sequence: int, status: str, source: str = "", follower: str = "owner", is_alert: bool = False
) -> Json:
    return {
        "kind": "event", "follower": follower, "order": order, "at": float(sequence), "sequence": sequence,
        "is_alert": is_alert, "status": status, "source": source, "target": status if source else "",
    }  # fmt: skip


def found(available: int) -> Json:
    return {"kind": "stock", "item": ITEM, "available": available, "start": REST, "end": REST + 1}


def kept(kind: str, order: str, sequence: int) -> Json:
    """`stored` or `published`."""
    return {"kind": kind, "order": order, "sequence": sequence}


def market(pieces: int) -> Json:
    return {"kind": "market", "item": ITEM, "pieces": pieces}


# Three pieces: ada takes two, bob is refused and waits for a delivery, ada cancels, cara never gets a reply.
CORRECT: Records = [
    market(3),
    placing("ada", "a", 2, 1, 2, "A"),
    refused("bob", "b1", 2, 3, 4, available=1),
    adjusting(1, 5, 6),
    placing("bob", "b2", 2, 7, 8, "B"),
    reading("ada", "A", 9, 10, 2),
    cancelling("ada", "A", 11, 12, 4),
    reading("ada", "A", 13, 14, 5),
    unanswered("cara", "c", 1, 15, 16),
    unanswered("cara", "c", 1, 17, 18),
    *[event("A", 1, "CONFIRMED"), event("A", 2, "PAID", "CONFIRMED"), event("A", 3, "PAID")],
    *[event("A", 4, "CANCELLED", "PAID"), event("A", 5, "CANCELLED")],
    *[event("B", 1, "CONFIRMED"), event("B", 2, "PAID", "CONFIRMED"), event("B", 4, "")],
    *[event("B", 1, "CONFIRMED", follower=ADMINISTRATOR), event("B", 2, "PAID", "CONFIRMED", follower=ADMINISTRATOR)],
    *[event("B", 3, "", follower=ADMINISTRATOR, is_alert=True), event("B", 4, "", follower=ADMINISTRATOR)],
    an_order("A", "CANCELLED", 2, refunded=10),
    an_order("B", "PAID", 2, refunded=3),
    *[entry("A", "CHARGE", 10), entry("A", "REFUND", 10, "r1")],
    *[entry("B", "DECLINE", 10), entry("B", "CHARGE", 10), entry("B", "REFUND", 3, "r2")],
    found(2),
    *[kept("stored", "1", n) for n in (1, 2, 3)],
    # The last ones were sent again.
    *[kept("published", "1", n) for n in (1, 2, 3, 2, 3)],
]


def without(record: Json, records: Records = CORRECT) -> Records:
    assert record in records
    return [kept for kept in records if kept != record]


def instead(record: Json, *others: Json) -> Records:
    return [*without(record), *others]


A, B = an_order("A", "CANCELLED", 2, refunded=10), an_order("B", "PAID", 2, refunded=3)
IN_CASH = an_order("B", "PAID", 2, refunded=3, method="CASH")
ANOMALIES: dict[str, tuple[str, Records]] = {
    "more is sold than there is": ("linearizable_stock", [*CORRECT, placing("eve", "e", 2, 8.5, 9, "B")]),
    "pieces are lost": ("linearizable_stock", instead(found(2), found(0))),
    "pieces come back twice": ("linearizable_stock", instead(found(2), found(4))),
    "a cancelled order keeps its pieces": (
        "linearizable_stock", without(unanswered("cara", "c", 1, 15, 16), instead(found(2), found(0)))
    ),
    "refused although there was enough": ("linearizable_stock", [*CORRECT, refused("eve", "e", 1, 0, 1, available=0)]),
    "refused with a figure that never was": (
        "linearizable_stock", [*CORRECT, refused("eve", "e", 9, 3, 4, available=7)]
    ),
    "refused for less than is said to be there": (
        "linearizable_stock", [*CORRECT, refused("eve", "e", 1, 3, 4, available=1)]
    ),
    "taken before it was delivered": (
        "linearizable_stock", instead(placing("bob", "b2", 2, 7, 8, "B"), placing("bob", "b2", 2, 4.2, 4.8, "B"))
    ),
    "a delivery is lost": ("linearizable_stock", without(adjusting(1, 5, 6))),
    "a sold piece is for sale again": ("linearizable_stock", [*CORRECT, refused("eve", "e", 9, 9, 10, available=3)]),
    "charged twice": ("charged_once", [*CORRECT, entry("B", "CHARGE", 10)]),
    "charged twice, and refunded once": (
        "charged_once", [*CORRECT, entry("B", "CHARGE", 10), entry("B", "REFUND", 10, "r3")]
    ),
    "charged too much": ("charged_once", instead(entry("B", "CHARGE", 10), entry("B", "CHARGE", 11))),
    "sold and not charged": ("charged_once", without(entry("B", "CHARGE", 10), without(entry("B", "REFUND", 3, "r2")))),
    "cancelled and not refunded": ("charged_once", without(entry("A", "REFUND", 10, "r1"))),
    "failed and charged": ("charged_once", instead(B, an_order("B", "FAILED", 2))),
    "a refund is paid twice": ("charged_once", [*CORRECT, entry("B", "REFUND", 3, "r2")]),
    "a refund is paid twice by two ids": ("charged_once", [*CORRECT, entry("B", "REFUND", 3, "r3")]),
    "a promised refund is not paid": ("charged_once", without(entry("B", "REFUND", 3, "r2"))),
    "charged although paid in cash": ("charged_once", instead(B, IN_CASH)),
    "charged for no order": ("charged_once", [*CORRECT, entry("nobody", "CHARGE", 10)]),
    "an acknowledged order is lost": ("acknowledged_exist", without(A)),
    "a request makes two orders": (
        "one_order_for_each_request", [*CORRECT, placing("ada", "a", 2, 2.5, 2.9, "B")]
    ),
    "two requests make one order": (
        "one_order_for_each_request", instead(placing("bob", "b2", 2, 7, 8, "B"), placing("bob", "b2", 2, 7, 8, "A"))
    ),
    "a change that no order may make": (
        "states_follow", instead(event("A", 4, "CANCELLED", "PAID"), event("A", 4, "FAILED", "PAID"))
    ),
    "a change from where the order was not": (
        "states_follow", instead(event("A", 2, "PAID", "CONFIRMED"), event("A", 2, "SHIPPED", "CONFIRMED"))
    ),
    "a status without a change": ("states_follow", instead(event("A", 3, "PAID"), event("A", 3, "SHIPPED"))),
    "a stream ends in another status": ("states_follow", instead(B, an_order("B", "SHIPPED", 2, refunded=3))),
    "an event is missing": ("gapless_streams", without(event("A", 3, "PAID"))),
    "an event comes twice": ("gapless_streams", [*CORRECT, event("A", 5, "CANCELLED")]),
    "an event comes too late": ("gapless_streams", instead(event("A", 3, "PAID"), event("A", 3, "CANCELLED"))),
    "a stream has no beginning": ("gapless_streams", without(event("A", 1, "CONFIRMED"))),
    "a stream stops before another one": ("gapless_streams", without(event("B", 4, "", follower=ADMINISTRATOR))),
    "an administrator misses what others hear": (
        "gapless_streams", [*CORRECT, event("B", 5, "")]
    ),
    "a shopper hears of an alert": (
        "gapless_streams", instead(event("B", 4, ""), event("B", 3, "", is_alert=True), event("B", 4, ""))
    ),
    "an event is not published": ("published_in_order", [*CORRECT, kept("stored", "1", 4)]),
    "an event is published that is not there": ("published_in_order", [*CORRECT, kept("published", "1", 4)]),
    "an event is published before the one before it": (
        "published_in_order",
        [*CORRECT, *[kept("stored", "2", n) for n in (1, 2)], *[kept("published", "2", n) for n in (2, 1)]],
    ),
    "a write is not read": ("read_your_writes", [*CORRECT, reading("ada", "A", 15, 16, 3)]),
    "a placed order is read as another version": ("read_your_writes", [*CORRECT, reading("bob", "B", 9, 10, 0)]),
    "a read goes back": ("monotonic_reads", [*CORRECT, reading("ada", "A", 15, 16, 4)]),
}  # fmt: skip


def checked(records: Records) -> list[str]:
    return violations(History.read(map(json.dumps, records)))


def broken(records: Records) -> set[str]:
    return {violation.partition(":")[0] for violation in checked(records)}


def test_a_correct_history_is_accepted() -> None:
    assert checked(CORRECT) == []


@pytest.mark.parametrize("name", ANOMALIES)
def test_a_planted_anomaly_is_refused(name: str) -> None:
    check, records = ANOMALIES[name]

    assert check in broken(records)


def test_each_check_refuses_something() -> None:
    assert {check for check, _ in ANOMALIES.values()} == {check.__name__ for check in CHECKS}


@pytest.mark.parametrize("available", [0, 1, 2, 3])
def test_calls_without_a_reply_may_have_happened_or_not(available: int) -> None:
    """Two orders of one piece: none, one or both were placed; a delivery came or did not."""
    calls = [unanswered("cara", "c1", 1, 1, 2), unanswered("cara", "c2", 1, 3, 4), adjusting(1, 5, 6, status=503)]

    assert checked([market(2), *calls, found(available)]) == []
    assert checked([market(2), *calls, found(4)]) != []


def test_a_reply_that_was_late_leaves_the_pieces_to_others_until_then() -> None:
    records = [
        market(1),
        unanswered("ada", "a", 1, 1, 2),
        placing("bob", "b", 1, 3, 4, "B"),
        cancelling("bob", "B", 5, 6, 2),
        placing("ada", "a", 1, 7, 8, "A"),
        an_order("A", "CONFIRMED", 1, method="CASH"),
        an_order("B", "CANCELLED", 1),
    ]

    assert checked([*records, found(0)]) == []
    assert broken([*records, found(1)]) == {"linearizable_stock"}


def test_what_comes_after_the_last_status_is_heard_by_who_opens_a_stream_later() -> None:
    later = [{**record, "follower": ADMINISTRATOR} for record in CORRECT if record.get("order") == "A"]

    assert checked([*CORRECT, *later, event("A", 6, "", follower=ADMINISTRATOR)]) == []


def test_what_a_failed_order_gave_back_need_not_wait_for_an_attempt_to_cancel_it() -> None:
    records = [
        market(1),
        placing("ada", "a", 1, 1, 2, "A"),
        placing("bob", "b", 1, 3, 4, "B"),
        cancelling("ada", "A", 5, 6, 2) | {"status": 400},
        an_order("A", "FAILED", 1),
        an_order("B", "CONFIRMED", 1, method="CASH"),
        found(0),
    ]

    assert checked(records) == []


def shop(random: Random, *, checks_twice: bool = False) -> Iterator[Json]:
    """A shop of few pieces whose callers overlap; `checks_twice`: it looks first and takes later, as many shops do."""
    pieces = available = 6
    yield market(pieces)
    steps: list[tuple[float, Callable[[], Iterator[Json]]]] = []
    seen: dict[int, int] = {}

    def look(number: int) -> Iterator[Json]:
        seen[number] = available
        yield from ()

    def take(number: int, wanted: int, start: float, end: float) -> Iterator[Json]:
        nonlocal available
        has = seen[number] if checks_twice else available
        if has < wanted:
            yield refused(f"{number}", f"{number}", wanted, start, end, available=has)
            return
        available -= wanted
        if random.random() < 0.2:
            yield unanswered(f"{number}", f"{number}", wanted, start, end)
            return
        yield placing(f"{number}", f"{number}", wanted, start, end, f"{number}")
        yield an_order(f"{number}", "CONFIRMED", wanted, method="CASH")

    for number in range(40):
        start, wanted = random.uniform(0, 30), random.choice([1, 1, 2])
        looks, takes, end = sorted(start + random.uniform(0, 3) for _ in range(3))
        steps += [(looks, partial(look, number)), (takes, partial(take, number, wanted, start, end))]
    for _, step in sorted(steps, key=lambda step: step[0]):
        yield from step()
    yield found(available)


@pytest.mark.parametrize("seed", range(20))
def test_a_correct_shop_is_accepted_however_its_calls_overlap(seed: int) -> None:
    assert checked(list(shop(Random(seed)))) == []


def test_a_shop_that_looks_first_and_takes_later_is_found() -> None:
    found_in = [
        seed for seed in range(20) if "linearizable_stock" in broken(list(shop(Random(seed), checks_twice=True)))
    ]

    assert len(found_in) > 10


def outages(random: Random, calls: int) -> Iterator[Json]:
    """Most calls get no reply, and are repeated; what is found in the end is drawn."""
    yield market(6)
    for number in range(calls):
        who, wanted, start = f"{random.randrange(5)}", random.choice([1, 1, 2]), number + random.random()
        end, chance = start + random.uniform(0, 3), random.random()
        if chance < 0.75:
            for attempt in range(random.choice([1, 2, 3])):
                yield unanswered(who, f"{number}", wanted, start + attempt / 4, end + attempt)
        elif chance < 0.9:
            yield refused(who, f"{number}", wanted, start, end, available=random.randrange(wanted))
        else:
            yield placing(who, f"{number}", wanted, start, end, f"{number}")
            yield an_order(f"{number}", random.choice(["CONFIRMED", "FAILED"]), wanted, method="CASH")
    yield found(random.randrange(7))


def test_what_a_search_leaves_out_changes_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    histories = [list(outages(Random(seed), calls=7)) for seed in range(60)]
    verdicts = [checked(history) for history in histories]

    monkeypatch.setattr("tests.chaos.checker.linearizability._is_needless", lambda *_: False)

    assert [checked(history) for history in histories] == verdicts
    assert 10 < sum(not verdict for verdict in verdicts) < 50


def test_a_long_outage_is_decided() -> None:
    assert checked(list(outages(Random(3), calls=40))) == []


def test_a_search_that_would_take_too_long_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.chaos.checker.linearizability.MOST_CONFIGURATIONS", 100)
    many = [Operation(kind=n, apply=partial("{}{}".format, n), start=0, end=9) for n in range(9)]

    with pytest.raises(Undecided):
        first_impossible("", many)


def test_the_checker_shares_no_code_with_the_services() -> None:
    imported = set()
    for path in (Path(__file__).parent / "checker").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module)
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
    foreign = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}

    assert {name for name in foreign if not name.startswith("tests.chaos.checker")} == set()
