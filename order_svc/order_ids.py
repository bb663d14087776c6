"""Ids of orders and their parts as others see them: encrypted, so that nobody can count orders or guess ids.

Inside, they stay numbers. Each installation has a key of its own, which its write database keeps.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from order_svc.resume_tokens import ResumeTokens

# A block is the kind of id and a number, in 8 bytes each. No other block is an id. Items have numbers of their own;
# refunds and shipments have that of their order, and are counted within it in the first half of the kind.
_ORDER, _ITEM, _REFUND, _SHIPMENT = 1, 2, 3, 4
_LENGTH = 32


class OrderIds:
    """Converts numbers to ids of 32 hexadecimal digits, and back.

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

    def of_refund(self, order: int, number: int) -> str:
        """Of the refund with this number, from 1, among those of the order."""
        return self._id(number << 32 | _REFUND, order)

    def of_shipment(self, order: int, number: int) -> str:
        """Of the shipment with this number, from 1, among those of the order."""
        return self._id(number << 32 | _SHIPMENT, order)

    def order_number(self, id: str) -> int:
        """The number of an order; 0, which no order has, if `id` is not the id of an order."""
        try:
            encrypted = bytes.fromhex(id)
        except ValueError:
            return 0
        if encrypted.hex() != id or len(id) != _LENGTH:
            # The cipher would keep what is no whole block, and take it for the beginning of the next id.
            return 0
        block = self._decrypt(encrypted)
        return int.from_bytes(block[8:], "big") if block.startswith(_block_half(_ORDER)) else 0

    def _id(self, kind: int, number: int) -> str:
        return self._encrypt(_block_half(kind) + _block_half(number)).hex()


def _block_half(number: int) -> bytes:
    return number.to_bytes(8, "big")
