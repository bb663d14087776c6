"""How many replicas of each service run, and where."""

from __future__ import annotations

import pytest

from deploy.local.config import LocalSettings


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
