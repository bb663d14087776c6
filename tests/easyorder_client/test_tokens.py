"""Tokens are refreshed once, by one of those who need them, and kept where only their user reads them."""

from __future__ import annotations

import asyncio
import stat
import time
from pathlib import Path

import pytest
from easyorder_client import AsyncClient, FileTokenStore, StoredTokens, errors
from easyorder_client import messages as m

from tests.easyorder_client.conftest import Connect
from tests.easyorder_client.fake_shop import EXPIRED, REFRESHED, SIGNED_IN, FakeShop, refusal


def unauthenticated(reason: str) -> m.Status:
    return refusal(m.Code.UNAUTHENTICATED, reason)


async def test_of_many_calls_one_refreshes(shop: FakeShop, connect: Connect) -> None:
    client = connect(EXPIRED)
    shop.answers |= {"RefreshToken": [REFRESHED], "GetOrder": [m.Order(id="1")]}

    await asyncio.gather(*[client.call("get_order", m.GetOrderRequest(id="1")) for _ in range(20)])

    [refresh] = shop.calls_of("RefreshToken")
    assert m.RefreshTokenRequest.parse(refresh.body).refresh_token == EXPIRED.refresh_token
    assert refresh.token == ""
    assert {call.token for call in shop.calls_of("GetOrder")} == {REFRESHED.access_token}


@pytest.mark.parametrize("reason", ["TOKEN_EXPIRED", "TOKEN_REVOKED", "UNAUTHENTICATED"])
async def test_a_refused_token_is_replaced_and_the_call_repeated(shop: FakeShop, connect: Connect, reason: str) -> None:
    client = connect(SIGNED_IN)
    shop.answers |= {"RefreshToken": [REFRESHED], "CreateOrder": [unauthenticated(reason), m.Order(id="1")]}

    assert (await client.call("create_order", m.CreateOrderRequest())).id == "1"

    first, second = shop.calls_of("CreateOrder")
    assert (first.token, second.token) == (SIGNED_IN.access_token, REFRESHED.access_token)
    assert first.metadata["idempotency-key"] == second.metadata["idempotency-key"]


async def test_a_second_refusal_is_final(shop: FakeShop, connect: Connect) -> None:
    client = connect(SIGNED_IN)
    shop.answers |= {"RefreshToken": [REFRESHED], "GetOrder": [unauthenticated("TOKEN_REVOKED")]}

    with pytest.raises(errors.Unauthenticated):
        await client.call("get_order", m.GetOrderRequest(id="1"))

    assert [call.name for call in shop.asked] == ["GetOrder", "RefreshToken", "GetOrder"]


async def test_a_session_that_has_ended_is_forgotten(shop: FakeShop, connect: Connect) -> None:
    client = connect(EXPIRED)
    shop.answers |= {"RefreshToken": [unauthenticated("UNAUTHENTICATED")], "ListProducts": [m.ListProductsResponse()]}

    with pytest.raises(errors.Unauthenticated):
        await client.call("get_order", m.GetOrderRequest(id="1"))
    await client.all("list_products")

    assert client.store.load() is None
    assert [call.name for call in shop.asked] == ["RefreshToken", "ListProducts"]
    assert shop.asked[-1].token == ""


async def test_signing_in_and_out(shop: FakeShop, connect: Connect) -> None:
    client = connect(None)
    shop.answers |= {
        "Login": [REFRESHED],
        "Logout": [m.google.protobuf.Empty()],
        "GetUser": [m.User(id="1")],
    }

    await client.call("login", "ada@example.com", "a long passphrase")
    await client.call("get_user", m.GetUserRequest(id="me"))
    await client.call("logout")

    login, other, logout = shop.asked
    assert m.LoginRequest.parse(login.body).email == "ada@example.com"
    assert other.token == logout.token == REFRESHED.access_token
    assert m.LogoutRequest.parse(logout.body).refresh_token == REFRESHED.refresh_token
    assert client.store.load() is None


async def test_tokens_that_somebody_has_just_refreshed_are_used(
    shop: FakeShop, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect(EXPIRED)
    lock = client.store.try_lock

    def after_another() -> bool:
        client.store.save(SIGNED_IN)
        return lock()

    monkeypatch.setattr(client.store, "try_lock", after_another)
    shop.answers["GetOrder"] = [m.Order(id="1")]

    await client.call("get_order", m.GetOrderRequest(id="1"))

    assert [(call.name, call.token) for call in shop.asked] == [("GetOrder", SIGNED_IN.access_token)]


def test_a_file_of_tokens_is_for_its_user_only(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "shop" / "tokens.json")
    assert store.load() is None

    store.save(SIGNED_IN)

    [file] = (tmp_path / "shop").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert store.load() == SIGNED_IN
    store.save(None)
    assert store.load() is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"access_token": "a"}'])
def test_in_a_file_that_was_cut_off_nobody_is_signed_in(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokens.json").write_text(content, encoding="utf-8")
    store = FileTokenStore(tmp_path / "tokens.json")

    assert store.load() is None
    store.save(SIGNED_IN)
    assert store.load() == SIGNED_IN


def test_files_of_two_shops_have_nothing_in_common(tmp_path: Path) -> None:
    first, second = FileTokenStore(tmp_path / "shop.eu"), FileTokenStore(tmp_path / "shop.us")

    assert first.try_lock()
    assert second.try_lock()
    first.unlock()
    second.unlock()


async def test_processes_that_share_a_file_refresh_once(shop: FakeShop, tmp_path: Path) -> None:
    shop.answers |= {"RefreshToken": [REFRESHED], "GetOrder": [m.Order(id="1")]}
    stores = [FileTokenStore(tmp_path / "tokens.json") for _ in range(3)]
    stores[0].save(EXPIRED)
    clients = [AsyncClient(shop.url, tokens=store) for store in stores]

    await asyncio.gather(*[client.get_order(m.GetOrderRequest(id="1")) for client in clients for _ in range(5)])

    assert len(shop.calls_of("RefreshToken")) == 1
    for client in clients:
        await client.close()


def test_a_lock_is_had_by_one(tmp_path: Path) -> None:
    first, second = (FileTokenStore(tmp_path / "tokens.json") for _ in range(2))

    assert first.try_lock()
    assert not second.try_lock()
    first.unlock()
    assert second.try_lock()
    second.unlock()


def test_a_token_is_not_used_in_its_last_seconds() -> None:
    assert StoredTokens("a", "r", time.time() + 60).is_usable("")
    assert not StoredTokens("a", "r", time.time() + 3).is_usable("")
    assert not StoredTokens("a", "r", time.time() + 60).is_usable("a")
