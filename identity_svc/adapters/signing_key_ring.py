"""The signing keys in a process's memory, decrypted, and which of them signs now."""

from __future__ import annotations

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.background import PollingLoop, Report, to_nobody
from chassis.clock import Clock
from chassis.errors import Unavailable
from identity_svc.adapters.key_encryption import KeyEncryption
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.tokens import SigningKey

_READ_EVERY_S = 5.0
# Less than a new key is published ahead: all replicas know it when it is its turn. One that was stopped reads first.
_STALE_AFTER_S = 15.0


class SigningKeyRing:
    """Read again every few seconds from `start` to `stop`, so that all replicas change keys at the same time."""

    def __init__(
        self,
        open_stores: OpenStores,
        encryption: KeyEncryption,
        clock: Clock,
        *,
        report: Report = to_nobody,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_stores, self._encryption, self._clock, self._monotonic = open_stores, encryption, clock, monotonic
        self._keys: list[tuple[SigningKey, Ed25519PrivateKey]] = []
        self._read_at = float("-inf")
        loop = PollingLoop("signing keys", self._round, idle_s=_READ_EVERY_S, report=report)
        self.start, self.stop = loop.start, loop.stop

    async def read(self) -> None:
        """Raises KeyDecryptionFailed for a key of another secret."""
        now, read_at = self._clock.now(), self._monotonic()
        async with self._open_stores() as stores:
            found = await stores.signing_keys.active(now)
        opened = {key.public: private for key, private in self._keys}
        self._keys = [(key, opened.get(key.public) or self._encryption.open(key)) for key in found]
        self._read_at = read_at

    def current(self) -> tuple[str, Ed25519PrivateKey]:
        """The key that signs now, and its id. Raises Unavailable while the keys cannot be read."""
        now = self._clock.now()
        if self._keys and self._monotonic() - self._read_at < _STALE_AFTER_S:
            its_turn = (one for one in self._keys if one[0].signs_from <= now)
            # After a clock was set back it may be nobody's turn: the first one is known to all.
            key, private = next(its_turn, self._keys[-1])
            return key.public.kid, private
        raise Unavailable("the keys that sign tokens cannot be read; try again")

    async def _round(self) -> bool:
        await self.read()
        return False
