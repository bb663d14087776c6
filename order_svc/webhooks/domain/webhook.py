"""A webhook: a URL, the kinds of events it gets, and what its signatures are made with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.errors import InvalidArgument
from foundation.addresses import Networks
from order_svc.webhooks.domain.errors import WebhookDisabled
from order_svc.webhooks.domain.urls import faults_of_url

# Each event is written, sent and logged once for each of them.
MOST_WEBHOOKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Secrets are not stored, but derived from their ids. `generation` is the revision that was last enabled."""

    id: int = 0
    url: str
    description: str = ""
    kinds: tuple[str, ...] = ()
    disabled: bool = False
    disable_reason: str = ""
    secret_id: str = ""
    previous_secret_id: str = ""
    previous_secret_expires: datetime | None = None
    failing_since: datetime | None = None
    generation: int = 1
    revision: int = 1
    created_on: datetime | None = None
    modified_on: datetime | None = None

    def check(self, networks: Networks) -> None:
        """Raises InvalidArgument."""
        if found := faults_of_url(self.url, networks):
            raise InvalidArgument.of_all(found)

    def require_enabled(self) -> None:
        """Raises WebhookDisabled."""
        if self.disabled:
            raise WebhookDisabled(f"webhook {self.id} is disabled; enable it first")

    def secret_ids(self, now: datetime) -> tuple[str, ...]:
        """Of the secrets that sign, the present one first."""
        expires = self.previous_secret_expires
        return (self.secret_id, self.previous_secret_id) if expires and now < expires else (self.secret_id,)
