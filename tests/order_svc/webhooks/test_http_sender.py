"""Events are sent to allowed addresses only, whatever a URL, a name server or an answer says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_address

import pytest

from chassis.errors import InvalidArgument
from foundation.addresses import networks
from order_svc.webhooks.adapters.http_sender import GuardedNetwork, HttpSender
from order_svc.webhooks.domain.urls import is_public
from order_svc.webhooks.domain.webhook import Webhook
from tests.order_svc.webhooks.receiver import Receiver, answer

LOOPBACK = networks("127.0.0.0/8")
FORBIDDEN = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    started = Receiver()
    await started.start()
    yield started
    await started.kill()


@pytest.fixture
async def sender() -> AsyncIterator[Callable[..., HttpSender]]:
    made: list[HttpSender] = []

    def make(allowed: str = "127.0.0.0/8", addresses: list[str] | None = None, timeout_s: float = 2) -> HttpSender:
        async def resolve(host: str, port: int) -> list[str]:
            return addresses or [host]

        made.append(HttpSender(networks(allowed), timeout_s=timeout_s, resolve=resolve if addresses else None))
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_address_inside_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111"])
def test_those_of_the_internet_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", [*FORBIDDEN, "fe80::1%eth0"])
async def test_a_name_that_leads_inside_is_not_connected_to(
    address: str, sender: Callable[..., HttpSender], receiver: Receiver
) -> None:
    sent = await sender("", [address])(f"https://hooks.example:{receiver.port}/", {}, b"{}")

    assert "events are not sent there" in sent.error
    assert receiver.requests == []


async def test_one_address_inside_refuses_all_of_a_name(sender: Callable[..., HttpSender]) -> None:
    sent = await sender("", ["93.184.215.14", "127.0.0.1"])("https://hooks.example/", {}, b"{}")

    assert "hooks.example has the address 127.0.0.1" in sent.error


@pytest.mark.parametrize("url", ["http://hooks.example/", "https://hooks.example:22/"])
async def test_the_internet_is_reached_over_tls_and_its_port_only(url: str, sender: Callable[..., HttpSender]) -> None:
    sent = await sender("127.0.0.0/8", ["93.184.215.14"])(url, {}, b"{}")

    assert "events are not sent there" in sent.error


async def test_a_name_is_resolved_once_and_what_it_led_to_is_connected_to(receiver: Receiver) -> None:
    """DNS rebinding: whoever is asked a second time could answer with another address."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    network = GuardedNetwork(networks("127.0.0.1/32"), public=False, resolve=resolve)

    stream = await network.connect_tcp("hooks.example", receiver.port, timeout=2)

    assert asked == ["hooks.example"]
    assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
    await stream.aclose()
    refused = HttpSender(networks("127.0.0.1/32"), timeout_s=2, resolve=resolve)
    # The second time, it leads elsewhere.
    sent = await refused(f"http://hooks.example:{receiver.port}/", {}, b"{}")
    await refused.close()
    assert "has the address 127.0.0.2" in sent.error
    assert receiver.requests == []


async def test_a_redirect_is_not_followed(sender: Callable[..., HttpSender], receiver: Receiver) -> None:
    receiver.answers = lambda headers: answer(307, f"location: http://127.0.0.1:{receiver.port}/internal")

    sent = await sender()(receiver.url, {}, b"{}")

    assert (sent.status, sent.error) == (307, "answered 307: redirects are not followed")
    assert [request.path for request in receiver.requests] == ["/events"]


async def test_the_environments_proxy_is_not_used(
    sender: Callable[..., HttpSender], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert not (await sender()(receiver.url, {}, b"{}")).error


async def test_an_answer_is_read_as_far_as_a_small_one_needs(sender: Callable[..., HttpSender]) -> None:
    written, ended = 0, asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
        try:
            while True:
                writer.write(bytes(65_536))
                await writer.drain()
                written += 65_536
        except ConnectionError:
            ended.set()
        finally:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    sent = await sender()(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {}, b"{}")

    assert sent.status == 200
    async with asyncio.timeout(5):
        await ended.wait()
    assert written < 20_000_000
    server.close()


async def test_a_receiver_that_does_not_answer_costs_the_timeout(
    sender: Callable[..., HttpSender], receiver: Receiver
) -> None:
    receiver.answers = lambda headers: b"HTTP/1.1 200 OK\r\n"

    sent = await sender(timeout_s=0.1)(receiver.url, {}, b"{}")

    assert sent.error == "no answer within 0.1 s"


async def test_one_that_is_not_there_is_told(sender: Callable[..., HttpSender]) -> None:
    sent = await sender()("http://127.0.0.1:1/", {}, b"{}")

    assert sent.status == 0
    assert "connect" in sent.error.lower()


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://example.com/", "must begin with https://"),
        ("https://user:secret@example.com/", "must not have a user or a password"),
        ("https://example.com/#part", "must not have a fragment"),
        ("https://example.com:8443/", "must have the port 443, or none"),
        ("https://127.0.0.1/", "must have a public address"),
        ("https://[::ffff:10.0.0.1]/", "must have a public address"),
        ("https://[fe80::1%25eth0]/", "must be a URL"),
        ("https://exa mple.com/", "must be a URL"),
        ("https://ex\u00e4mple.com/", "must be a URL"),
        ("https:///path", "must be a URL"),
        ("https://a..b/", "must be a URL"),
        (f"https://{'a' * 64}.example.com/", "must be a URL"),
        ("https://example.com:99999/", "must be a URL"),
        ("file:///etc/passwd", "must be a URL"),
        ("example.com", "must be a URL"),
    ],
)
def test_a_url_that_cannot_be_sent_to_is_refused(url: str, fault: str) -> None:
    with pytest.raises(InvalidArgument, match=fault):
        Webhook(url=url).check(networks(""))


@pytest.mark.parametrize("url", ["https://example.com", "https://example.com:443/a?b=c", "https://8.8.8.8/"])
def test_others_are_not(url: str) -> None:
    Webhook(url=url).check(networks(""))


def test_a_shop_may_allow_networks_of_its_own() -> None:
    Webhook(url="http://127.0.0.1:8081/").check(LOOPBACK)
    with pytest.raises(InvalidArgument, match="public address"):
        Webhook(url="http://10.0.0.1/").check(LOOPBACK)
