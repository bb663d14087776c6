"""The number of replicas of each service, and their addresses."""

from __future__ import annotations

import re

import pytest

from deploy.local.config import LocalSettings, refuse_unknown
from deploy.local.errors import CannotStart
from deploy.local.mesh import SETTINGS
from tests.architecture.tracked import ROOT


def test_one_of_each_where_the_contract_has_it() -> None:
    settings = LocalSettings().replicated(["order"])

    assert settings.addresses("order") == ["127.0.0.1:15053"]


def test_replicas_are_ten_ports_apart_for_envoy_and_for_the_other_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_REPLICAS", "3")
    monkeypatch.setenv("EASYORDER_PORT_OFFSET", "100")
    monkeypatch.setenv("EASYORDER_PAYMENT_ADDRESS", "[::1]:7000")

    settings = LocalSettings().replicated(["order", "payment"])

    assert settings.order_address == "127.0.0.1:15153,127.0.0.1:15163,127.0.0.1:15173"
    assert settings.addresses("payment") == ["[::1]:7000", "[::1]:7010", "[::1]:7020"]
    assert settings.replicas("order")[1] == ("127.0.0.1", 15163)


def test_every_setting_of_the_page_is_known() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    variables = [f"EASYORDER_{name}" for name in re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.M)]
    assert len(variables) > 50

    refuse_unknown([*variables, "PATH", "EASYORDER_TEST_CROWD", "EASYORDER_FAILPOINT"], (LocalSettings, *SETTINGS))


def test_each_variable_that_is_not_known_has_a_line() -> None:
    named = ["EASYORDER_POOL_SIZE", "easyorder_http_prot", "EASYORDER_HTTP_PORT"]

    with pytest.raises(CannotStart) as refusal:
        refuse_unknown(named, (LocalSettings, *SETTINGS))

    assert str(refusal.value).splitlines() == [
        "EASYORDER_HTTP_PROT is not a setting: unset it. docs/settings.md lists all that are",
        "EASYORDER_POOL_SIZE is called EASYORDER_DATABASE_POOL_SIZE now",
    ]
