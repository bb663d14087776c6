"""Roles in PostgreSQL: their names and passwords, and how a service connects as its role."""

from __future__ import annotations

import hmac
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr

from chassis.settings import MeshSettings


class RoleSettings(MeshSettings):
    """Variables that only `make up` and `python -m deploy.migrate` read."""

    identity_database_password: SecretStr = SecretStr("")
    """The password of the role `easyorder_identity` on the server of DATABASE_URL; empty: no role is made. Those of the
    embedded server get a random one with each start"""
    inventory_database_password: SecretStr = SecretStr("")
    """The same for `easyorder_inventory`"""
    order_database_password: SecretStr = SecretStr("")
    """The same for `easyorder_order`"""
    payment_database_password: SecretStr = SecretStr("")
    """The same for `easyorder_payment`"""
    role_connections: int = Field(default=0, ge=0, le=10_000)
    """Connections that a role may have to each of its databases, so that a service whose connections hang leaves those
    of others; 0: no limit. For the embedded server it is 2 * DATABASE_POOL_SIZE * REPLICAS"""

    def password(self, package: str) -> str:
        """The password of a package's role."""
        password: SecretStr = getattr(self, f"{_name(package)}_database_password")
        return password.get_secret_value()


def role(package: str) -> str:
    """`easyorder_order` for `order_svc`."""
    return f"easyorder_{_name(package)}"


def password_variable(package: str) -> str:
    """`EASYORDER_ORDER_DATABASE_PASSWORD` for `order_svc`."""
    return f"EASYORDER_{_name(package).upper()}_DATABASE_PASSWORD"


def as_role(server: str, package: str, password: str) -> str:
    """The URL of a server with a package's role in place of the owner."""
    parts = urlsplit(server)
    address = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role(package)}:{quote(password, safe='')}@{address}").geturl()


def secret_of(service: str, mesh_secret: str) -> str:
    """The secret of a service, from which no other is found; the stored keys of identity need that of the mesh."""
    return (
        mesh_secret if service == "identity" else hmac.new(mesh_secret.encode(), service.encode(), "sha256").hexdigest()
    )


def _name(package: str) -> str:
    return package.rpartition(".")[2].removesuffix("_svc")
