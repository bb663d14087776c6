"""The package is the contract's, stands by itself, and counts money exactly."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from inspect import signature
from pathlib import Path

import grpc
import pytest
from easyorder_client import AsyncClient, Client, RetryPolicy, errors, reasons, to_decimal, to_money
from easyorder_client import messages as m
from hypothesis import given
from hypothesis import strategies as st

from chassis import contract
from chassis.grpc.tls import AUTHORITY
from deploy.local.certificates import Authority
from edge.openapi.reasons import reasons as declared
from tests.architecture.tracked import ROOT
from tests.easyorder_client.fake_shop import fake_shop

# What the client does by itself, and what payment providers and browsers call.
LEFT_OUT = {"Login", "Logout", "RefreshToken"}
OF_OTHERS = ("PortalService", "PaymentWebhookService")


def test_each_public_method_is_there() -> None:
    public = {
        method.snake_name
        for method in contract.methods().values()
        if not contract.is_internal(method.service)
        and method.service.rpartition(".")[2] not in OF_OTHERS
        and method.name not in LEFT_OUT
    }

    for client in (Client, AsyncClient):
        own = {name for name in dir(client) if not name.startswith("_")}
        assert own == public | {"login", "logout", "close"}


def test_both_clients_take_the_same() -> None:
    for name in dir(Client):
        if not name.startswith("_"):
            given = [list(signature(getattr(kind, name)).parameters) for kind in (Client, AsyncClient)]
            assert given[0] == given[1], name


def test_each_reason_has_a_class_below_that_of_its_code() -> None:
    for reason in declared():
        found = reasons.BY_REASON[reason.name]
        code = getattr(errors, reason.code.title().replace("_", ""))
        assert issubclass(found, code), reason.name
    assert set(reasons.BY_REASON) == {reason.name for reason in declared()}


def test_it_needs_nothing_of_the_shop() -> None:
    own = str(ROOT / "clients" / "python")
    kept = [own, *(path for path in sys.path if path.endswith("site-packages"))]
    code = (
        f"import sys; sys.path[:] = {kept!r} + [path for path in sys.path if not path.startswith({str(ROOT)!r})]\n"
        "import easyorder_client.client\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'chassis', 'easyorder', 'deploy', 'google', 'sqlalchemy', 'ops'}))"
    )

    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, encoding="utf-8")

    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_its_version_is_that_of_the_contract() -> None:
    versions = [
        tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"]
        for path in (ROOT / "pyproject.toml", ROOT / "clients" / "python" / "pyproject.toml")
    ]
    assert versions[0] == versions[1]


@given(st.decimals(allow_nan=False, places=9, min_value=-(10**16), max_value=10**16))
def test_amounts_are_exact(amount: Decimal) -> None:
    money = to_money(amount, "EUR")

    assert to_decimal(money) == amount
    assert money.units * money.nanos >= 0
    assert abs(money.nanos) < 10**9


@pytest.mark.parametrize(
    ("money", "shown"), [(m.Money(units=-1, nanos=-750_000_000), "-1.75"), (m.Money(units=40), "40.00"), (None, "0.00")]
)
def test_amounts_have_two_decimals(money: m.Money | None, shown: str) -> None:
    assert str(to_decimal(money)) == shown


def test_an_amount_is_no_float() -> None:
    with pytest.raises(TypeError, match="never float"):
        to_money(39.95, "EUR")  # type: ignore[arg-type]


def test_an_address_says_whether_it_has_tls() -> None:
    with pytest.raises(ValueError, match="such as https"):
        Client("shop.example.com:443")


async def test_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path, ["localhost"], life=timedelta(hours=1))
    authority.issue(datetime.now(UTC))
    pem = (tmp_path / "localhost.pem").read_bytes()
    once = RetryPolicy(max_attempts=1)

    async with fake_shop(grpc.ssl_server_credentials([(pem, pem)])) as shop:
        shop.answers["ListProducts"] = [m.ListProductsResponse(products=[m.Product(id="1")])]
        async with AsyncClient(shop.url, ca_file=tmp_path / AUTHORITY, retries=once) as trusting:
            assert [product.id async for product in trusting.list_products()] == ["1"]
        async with AsyncClient(shop.url, retries=once) as other:
            with pytest.raises(errors.Unavailable):
                assert [product async for product in other.list_products()]
