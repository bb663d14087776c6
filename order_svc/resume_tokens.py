"""Resume tokens of streams: encrypted, so that nobody can read from them how much a shop sells, or forge one.

Two tokens of the same place differ, so a client cannot even tell whether anything has happened between them.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.errors import InvalidArgument
from order_svc.shop_key import derived

_NONCE_BYTES = 12
_FEED = b"feed"
REFUSAL = "must be the resumeToken of a message of this stream"


class ResumeTokens:
    """Converts places in streams to tokens of 48 characters of `A-Za-z0-9_-`, and back."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(derived(key, "resume token"))

    def of_feed(self, position: int) -> str:
        """The token of a position in the feed, for streams of many orders."""
        return self._token(position, _FEED)

    def of_order(self, order_id: int, sequence: int) -> str:
        """The token of a place in the stream of one order."""
        return self._token(sequence, _of_order(order_id))

    def position(self, token: str, field: str) -> int:
        """The position in the feed. Raises InvalidArgument at `field` for what is no token of one."""
        return self._place(token, _FEED, field)

    def sequence(self, token: str, order_id: int, field: str) -> int:
        """The sequence of the order's event. Raises InvalidArgument at `field` for what is no token of this order."""
        return self._place(token, _of_order(order_id), field)

    def _token(self, place: int, stream: bytes) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, place.to_bytes(8, "big"), stream)).decode()

    def _place(self, token: str, stream: bytes, field: str) -> int:
        try:
            decoded = urlsafe_b64decode(token)
            place = self._cipher.decrypt(decoded[:_NONCE_BYTES], decoded[_NONCE_BYTES:], stream)
        except (ValueError, InvalidTag):
            raise InvalidArgument.of(field, REFUSAL) from None
        return int.from_bytes(place, "big")


def _of_order(order_id: int) -> bytes:
    return f"order {order_id}".encode()
