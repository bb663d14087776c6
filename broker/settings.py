"""The setting of the services that use a broker."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from chassis.settings import MeshSettings


def _amqp_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    if url and not re.match(r"amqps?://[^/?]", url):
        raise ValueError("must be amqp://user:password@host:port/vhost or amqps://…")
    if "no_verify_ssl" in url:
        raise ValueError("must not switch verification off: name the authority with ?cafile=")
    return value


class BrokerSettings(MeshSettings):
    """MeshSettings and the broker."""

    broker_url: Annotated[SecretStr, AfterValidator(_amqp_url)] = SecretStr("")
    """RabbitMQ, to which events of orders are published: `amqp://user:password@host:port/vhost`, or with TLS
    `amqps://…?cafile=/path/ca.pem`, for a client certificate also `&certfile=…&keyfile=…`; empty: they are not"""
