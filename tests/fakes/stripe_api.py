"""The part of Stripe's HTTP API that is used here, on a socket: intents, refunds, idempotency keys, faults.

It follows docs.stripe.com: a key replays the reply to its first request, errors included, unless that request did not
begin (429, 409, 403, 401); another request with the same key is an error; keys can be forgotten, intents cannot.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.stripe_lists import BadList, listed
from tests.fakes.stripe_resources import new_charge, new_dispute, new_intent, new_refund
from tests.fakes.stripe_types import Misfit, check_call, check_error, check_reply

API_KEY = "sk_test_easyorder"
API_VERSION = "2026-10-28.endive"

Json = dict[str, Any]

DECLINES = {
    "pm_declined": {"code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined."},
    "pm_try_again": {"code": "card_declined", "decline_code": "try_again_later", "message": "Try again later."},
    "pm_needs_action": {"code": "authentication_required", "message": "This payment needs to be authenticated."},
}


_NOT_BEGUN = {401, 403, 409, 429}


@dataclass(frozen=True)
class Fault:
    """What happens to one request to a path that ends with `path`.

    `status` instead of doing it (429, 500, …), with a `code`; `then` instead of the answer once it was done: "lost"
    closes the connection, "500" says so and keeps that for the key, "never" leaves the caller waiting, "garbage" is not
    JSON.
    """

    path: str
    status: int | None = None
    code: str = ""
    then: str = ""


class Refusal(Exception):
    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **more}}


@dataclass
class StripeApiFake:
    """`async with` serves it; `intents`, `charges` and `refunds` are its books."""

    intents: dict[str, Json] = field(default_factory=dict)
    # Those that were declined, too.
    charges: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    disputes: dict[str, Json] = field(default_factory=dict)
    # What was asked, in order: "POST /v1/payment_intents".
    requests: list[str] = field(default_factory=list)
    keys_seen: list[str] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    # While it is not set, confirmations take their time.
    may_confirm: asyncio.Event = field(default_factory=asyncio.Event)
    # "failed": the account that the money is to go to does not take it.
    refunds_end_in: str = "succeeded"
    url: str = ""

    def __post_init__(self) -> None:
        self._kept: dict[str, tuple[str, int, bytes]] = {}
        self._busy_keys: set[str] = set()
        self._busy_intents: set[str] = set()
        self.may_confirm.set()
        self._ids = itertools.count(1)
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._closing = asyncio.Event()
        self._misfits: list[str] = []

    async def __aenter__(self) -> StripeApiFake:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._server.close()
        self._closing.set()
        self.may_confirm.set()
        serving = [task for task in self._connections.values() if task]
        for connection in self._connections:
            connection.close()
        if serving:
            await asyncio.wait(serving)
        assert not self._misfits, "\n".join(self._misfits)

    def forget_keys(self) -> None:
        """A day later."""
        self._kept.clear()

    def used_elsewhere(self, key: str) -> None:
        """Another program of this account came with the key before."""
        self._kept[key] = ("something else", 200, b"{}")

    def net(self, transaction_id: str = "t-1") -> list[int]:
        """What each succeeded intent of a transaction has kept, in minor units."""
        return [
            intent["amount_received"] - intent["latest_charge"]["amount_refunded"]
            for intent in self.intents.values()
            if intent["metadata"].get("transaction_id") == transaction_id and intent["status"] == "succeeded"
        ]

    def statuses(self, transaction_id: str = "t-1") -> list[str]:
        return [i["status"] for i in self.intents.values() if i["metadata"].get("transaction_id") == transaction_id]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[writer] = asyncio.current_task()
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request_line, *lines = head.decode().strip().split("\r\n")
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if not await self._serve(request_line, headers, body.decode(), writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            del self._connections[writer]
            writer.close()

    async def _serve(
        self, request_line: str, headers: Mapping[str, str], body: str, writer: asyncio.StreamWriter
    ) -> bool:
        verb, target, _ = request_line.split(" ")
        url = urlsplit(target)
        self.requests.append(f"{verb} {url.path}")
        fault = self._fault(verb, url.path)
        params = _nested(parse_qsl(body if verb == "POST" else url.query))
        # Done even if the caller goes away meanwhile.
        doing = asyncio.create_task(self._idempotent(verb, url.path, params, headers, fault))
        status, answer = await asyncio.shield(doing)
        if fault and fault.then == "lost":
            return False
        if fault and fault.then == "never":
            await self._closing.wait()
            return False
        if fault and fault.then == "garbage":
            answer = b"<html>upstream error</html>"
        writer.write(
            f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nrequest-id: req_{len(self.requests)}\r\n"
            f"content-length: {len(answer)}\r\n\r\n".encode()
            + answer
        )
        await writer.drain()
        return True

    @contextmanager
    def _noticing_misfits(self) -> Iterator[None]:
        try:
            yield
        except Misfit as misfit:
            self._misfits.append(str(misfit))

    def _fault(self, verb: str, path: str) -> Fault | None:
        for fault in self.faults:
            if f"{verb} {path}".endswith(fault.path):
                self.faults.remove(fault)
                return fault
        return None

    async def _idempotent(
        self, verb: str, path: str, params: Json, headers: Mapping[str, str], fault: Fault | None
    ) -> tuple[int, bytes]:
        if headers.get("authorization") != f"Bearer {API_KEY}":
            return _answer(Refusal(401, "invalid_request_error", "Invalid API Key provided: sk_***"))
        assert headers["stripe-version"] == API_VERSION
        if fault and fault.status == 429:
            return _answer(Refusal(429, "invalid_request_error", "Too many requests", code="rate_limit"))
        key = headers.get("idempotency-key", "")
        if verb != "POST":
            return await self._begun(verb, path, params, fault)
        assert key
        self.keys_seen.append(key)
        asked = f"{path} {json.dumps(params, sort_keys=True)}"
        if key in self._busy_keys:
            return _answer(Refusal(409, "idempotency_error", "In use", code="idempotency_key_in_use"))
        if key in self._kept:
            before, status, answer = self._kept[key]
            if before != asked:
                return _answer(Refusal(400, "idempotency_error", "Keys can only be used with the same parameters"))
            return status, answer
        self._busy_keys.add(key)
        try:
            status, answer = await self._begun(verb, path, params, fault)
        finally:
            self._busy_keys.discard(key)
        if status not in _NOT_BEGUN:
            self._kept[key] = (asked, status, answer)
        return status, answer

    async def _begun(self, verb: str, path: str, params: Json, fault: Fault | None) -> tuple[int, bytes]:
        if fault and fault.status:
            return _answer(Refusal(fault.status, "api_error", "An error occurred", code=fault.code))
        with self._noticing_misfits():
            check_call(verb, path, params)
        try:
            answer = await self._do(verb, path, params)
        except Refusal as refusal:
            with self._noticing_misfits():
                check_error(refusal.body["error"])
            return _answer(refusal)
        with self._noticing_misfits():
            check_reply(verb, path, answer)
        if fault and fault.then == "500":
            return _answer(Refusal(500, "api_error", "An error occurred"))
        return 200, json.dumps(answer).encode()

    async def _do(self, verb: str, path: str, params: Json) -> Json:
        match [verb, *path.strip("/").split("/")]:
            case ["POST", "v1", "payment_intents"]:
                return self._create(params)
            case ["GET", "v1", "payment_intents", id]:
                return _shown(self._intent(id), params)
            case ["POST", "v1", "payment_intents", id, "confirm"]:
                return await self._confirm(self._intent(id), params)
            case ["POST", "v1", "payment_intents", id, "cancel"]:
                return self._cancel(self._intent(id), params)
            case ["POST", "v1", "refunds"]:
                return self._refund(params)
            case ["GET", "v1", "refunds", id]:
                return self.refunds[id]
            case ["GET", "v1", "disputes", id]:
                return self.disputes[id]
            case ["GET", "v1", "refunds"]:
                return self._list(self.refunds, params, "/v1/refunds")
            case ["GET", "v1", "charges"]:
                return self._list(self.charges, params, "/v1/charges")
        raise Refusal(404, "invalid_request_error", f"Unrecognized request URL ({verb}: {path})")

    def _intent(self, id: str) -> Json:
        if id not in self.intents:
            raise Refusal(
                404, "invalid_request_error", "No such payment_intent", code="resource_missing", param="intent"
            )
        return self.intents[id]

    def _create(self, params: Json) -> Json:
        if "payment_method_types" in params:
            code = "payment_method_types_no_longer_supported"
            raise Refusal(400, "invalid_request_error", "No longer", code=code, param="payment_method_types")
        if int(params["amount"]) < 50:
            raise Refusal(400, "invalid_request_error", "Too small", code="amount_too_small", param="amount")
        assert params["allowed_payment_method_types"] in (["card"], ["paypal"])
        intent = new_intent(f"pi_{next(self._ids)}", params)
        self.intents[intent["id"]] = intent
        return intent

    async def _confirm(self, intent: Json, params: Json) -> Json:
        if intent["id"] in self._busy_intents:
            raise Refusal(429, "invalid_request_error", "Locked", code="lock_timeout")
        if intent["status"] not in {"requires_payment_method", "requires_confirmation"}:
            raise _unexpected(intent)
        self._busy_intents.add(intent["id"])
        try:
            await self.may_confirm.wait()
            return self._charge(intent, params)
        finally:
            self._busy_intents.discard(intent["id"])

    def _charge(self, intent: Json, params: Json) -> Json:
        token = params["payment_method"]
        assert params.get("error_on_requires_action") == "true" or params["return_url"]
        if token == "pm_needs_action" and "return_url" in params:
            page = {"url": f"https://hooks.stripe.com/redirect/{intent['id']}", "return_url": params["return_url"]}
            intent["status"] = "requires_action"
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": page}
            return _shown(intent, params)
        if token == "pm_processing":
            intent["status"] = "processing"
            return _shown(intent, params)
        if token in DECLINES:
            intent["last_payment_error"] = {"type": "card_error", **DECLINES[token]}
            self._new_charge(intent, status="failed")
            raise Refusal(402, "card_error", **DECLINES[token], payment_intent=_shown(intent, {}))
        if not token.startswith("pm_ok"):
            message = f"No such PaymentMethod: '{token}'"
            raise Refusal(400, "invalid_request_error", message, code="resource_missing", param="payment_method")
        self._succeed(intent)
        return _shown(intent, params)

    def shopper_confirms(self, id: str) -> None:
        """As asked for by an intent that requires an action."""
        assert self.intents[id]["status"] == "requires_action"
        self._succeed(self.intents[id])

    def shopper_fails_to_confirm(self, id: str) -> None:
        code, message = "payment_intent_authentication_failure", "The provided PaymentMethod has failed authentication."
        self._shopper_is_declined(id, {"code": code, "message": message})

    def bank_declines_for_now(self, id: str) -> None:
        """After the shopper has confirmed it."""
        self._shopper_is_declined(id, DECLINES["pm_try_again"])

    def _shopper_is_declined(self, id: str, why: Json) -> None:
        intent = self.intents[id]
        assert intent["status"] == "requires_action"
        intent["last_payment_error"] = {"type": "card_error", **why}
        intent["status"], intent["next_action"] = "requires_payment_method", None

    def shopper_pays_with_another_card(self, id: str) -> bool:
        """In their browser, by the client secret of the intent: possible until it succeeds or is cancelled."""
        is_payable = self.intents[id]["status"] in {"requires_payment_method", "requires_confirmation"}
        if is_payable:
            self._succeed(self.intents[id])
        return is_payable

    def refund_fails(self, id: str) -> None:
        """Days after it was made: the money is the shop's again."""
        refund = self.refunds[id]
        assert refund["status"] != "failed"
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        self.intents[refund["payment_intent"]]["latest_charge"]["amount_refunded"] -= refund["amount"]

    def is_disputed(self, intent_id: str, status: str = "needs_response") -> str:
        """The id of the dispute, which has that status now."""
        intent, id = self.intents[intent_id], f"du_{intent_id}"
        self.disputes[id] = new_dispute(id, intent, status=status)
        return id

    def _succeed(self, intent: Json) -> None:
        intent["status"], intent["next_action"] = "succeeded", None
        intent["amount_received"] = intent["amount"]
        intent["last_payment_error"] = None
        intent["latest_charge"] = self._new_charge(intent, status="succeeded")

    def _new_charge(self, intent: Json, *, status: str) -> Json:
        charge = new_charge(f"ch_{next(self._ids)}", intent, status=status)
        self.charges[charge["id"]] = charge
        return charge

    def _cancel(self, intent: Json, params: Json) -> Json:
        if intent["id"] in self._busy_intents:
            raise Refusal(429, "invalid_request_error", "Locked", code="lock_timeout")
        if intent["status"] in {"succeeded", "canceled", "processing"}:
            raise _unexpected(intent)
        intent["status"] = "canceled"
        return _shown(intent, params)

    def _refund(self, params: Json) -> Json:
        intent = self._intent(params["payment_intent"])
        charge = intent["latest_charge"]
        amount = int(params["amount"])
        if amount > intent["amount_received"] - charge["amount_refunded"]:
            raise Refusal(400, "invalid_request_error", "Refund amount is greater than unrefunded", param="amount")
        refund = new_refund(
            f"re_{next(self._ids)}", intent, amount=amount, status=self.refunds_end_in, metadata=params["metadata"]
        )
        self.refunds[refund["id"]] = refund
        if refund["status"] != "failed":
            charge["amount_refunded"] += amount
        charge["refunds"]["data"].insert(0, refund)
        return refund

    def _list(self, books: Mapping[str, Json], params: Json, url: str) -> Json:
        try:
            return listed(books.values(), params, url=url, intents=self.intents)
        except BadList as fault:
            param, message = fault.args
            raise Refusal(400, "invalid_request_error", message, param=param) from None


def _shown(intent: Json, params: Json) -> Json:
    """Only what is expanded is shown whole."""
    charge = intent["latest_charge"]
    if charge is None or params.get("expand") == ["latest_charge.refunds"]:
        return intent
    return {**intent, "latest_charge": charge["id"]}


def _unexpected(intent: Json) -> Refusal:
    message = f"This PaymentIntent has a status of {intent['status']}"
    return Refusal(400, "invalid_request_error", message, code="payment_intent_unexpected_state")


def _answer(refusal: Refusal) -> tuple[int, bytes]:
    return refusal.status, json.dumps(refusal.body).encode()


def _nested(pairs: list[tuple[str, str]]) -> Json:
    """Stripe's form encoding: `metadata[order_id]=1&expand[0]=…`."""
    found: Json = {}
    for name, value in pairs:
        key, *inner = re.findall(r"[^\[\]]+", name)
        if not inner:
            found[key] = value
        elif inner[0].isdigit():
            found.setdefault(key, []).append(value)
        else:
            found.setdefault(key, {})[inner[0]] = value
    return found
