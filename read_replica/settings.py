"""The setting of the services whose queries can be answered by a replica."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from chassis.settings import MeshSettings


def _replica(value: str) -> str:
    if value and not value.startswith(("postgresql+asyncpg://", "postgresql+aioodbc://")):
        raise ValueError("must begin with postgresql+asyncpg:// or postgresql+aioodbc://")
    return value


class ReadReplicaSettings(MeshSettings):
    """MeshSettings and the replica."""

    read_replica_url: Annotated[str, AfterValidator(_replica)] = ""
    """A streaming replica of the server of DATABASE_URL, as the service's role, such as
    `postgresql+asyncpg://user:password@host:port/`: queries are answered there, and by the server itself while the
    replica is behind or away; empty: all by the server"""

    def replica_url(self, database: str) -> str:
        """The SQLAlchemy URL of `database` at the replica, password included; empty without one."""
        from sqlalchemy.engine import make_url  # 11 MiB, which not every process needs

        if not self.read_replica_url:
            return ""
        return make_url(self.read_replica_url).set(database=database).render_as_string(hide_password=False)
