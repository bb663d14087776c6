"""Ids of orders and their items as others see them: encrypted, so that nobody can count orders or guess ids.

Inside, they stay numbers. Each installation has a key of its own, which its write database keeps.
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from order_svc.resume_tokens import ResumeTokens

# A block is the kind of id, in 8 bytes, and the number. No other block is an id.
_ORDER, _ITEM = (kind.to_bytes(8, "big") for kind in (1, 2))
_LENGTH = 26


class OrderIds:
    """Converts numbers to ids of 26 characters of `a-z2-7`, and back.

    With `numbers`, shoppers are also told the number of an order, which is easier to say and tells how many there are.
    """

    def __init__(self, key: bytes, *, numbers: bool = False) -> None:
        self.resume_tokens = ResumeTokens(key)
        # Each number is one block and has one id: what ECB repeats is what an id has to repeat.
        cipher = Cipher(AES(key), ECB())
        self._encrypt, self._decrypt = cipher.encryptor().update, cipher.decryptor().update
        self.numbers = numbers

    def of_order(self, number: int) -> str:
        return self._id(_ORDER, number)

    def of_item(self, number: int) -> str:
        return self._id(_ITEM, number)

    def order_number(self, id: str) -> int:
        """The number of an order; 0, which no order has, if `id` is not the id of an order."""
        if len(id) != _LENGTH or not id.isascii():
            # The cipher would keep what is no whole block, and take it for the beginning of the next id.
            return 0
        try:
            block = self._decrypt(base64.b32decode(id.upper() + "=" * 6))
        except ValueError:
            return 0
        number = int.from_bytes(block[8:], "big")
        return number if self.of_order(number) == id else 0

    def _id(self, kind: bytes, number: int) -> str:
        block = self._encrypt(kind + number.to_bytes(8, "big"))
        return base64.b32encode(block)[:_LENGTH].decode().lower()
