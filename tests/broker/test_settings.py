"""How services are connected to a broker; without one they know nothing of it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import SecretStr, ValidationError

from broker.connection import open_channel
from broker.settings import BrokerSettings
from chassis.errors import Unavailable
from inventory_svc.config import InventorySettings
from tests.architecture.tracked import ROOT
from tests.broker.rabbitmq import RabbitMq


@pytest.mark.parametrize(
    "url", ["http://broker", "amqp://", "amqp:///vhost", "broker:5672", "amqps://broker/?no_verify_ssl=1"]
)
def test_urls_that_lead_nowhere_are_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="broker_url"):
        BrokerSettings(broker_url=SecretStr(url))


@pytest.mark.parametrize("url", ["", "amqp://broker", "amqps://user:secret@broker:5671/shop?cafile=/run/ca.pem"])
def test_urls_of_brokers_are_taken_and_not_shown(url: str) -> None:
    settings = BrokerSettings(broker_url=SecretStr(url))

    assert settings.broker_url.get_secret_value() == url
    assert "secret" not in repr(settings.broker_url)


def test_events_come_from_a_broker_only_if_there_is_one() -> None:
    with pytest.raises(ValidationError, match="EASYORDER_BROKER_URL"):
        InventorySettings(order_events="broker")

    assert InventorySettings().order_events == "feed"


def test_without_a_broker_its_client_is_not_loaded() -> None:
    services = "import order_svc.bootstrap, inventory_svc.bootstrap, sys; print('aio_pika' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", services],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )

    assert done.stdout == "False\n"


async def test_with_tls_the_authority_is_verified(rabbitmq: RabbitMq) -> None:
    url = f"amqps://guest:guest@localhost:{rabbitmq.tls_port}/"
    async with open_channel(SecretStr(f"{url}?cafile={rabbitmq.ca_file}"), "tests") as channel:
        assert not channel.is_closed

    with pytest.raises(Unavailable):
        async with open_channel(SecretStr(url), "tests"):
            pass
