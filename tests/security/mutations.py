"""Messages that random changes have made of good ones: in their fields, and in their bytes. One seed, the same ones."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import EncodeError, Message

from chassis import contract

_LONGEST = 3_000
_WORDS = ("", " ", "0", "-1", "me", "*", "\0", "'; DROP TABLE orders; --", "' OR '1'='1", "%s", "../..", "tok_ok")
_FILTERS = ("status = ORDER_STATUS_PAID", 'placed_at >= "2026-01-01T00:00:00Z"', "currency_code != USD AND NOT", "a b")
_NUMBERS = (0, 1, -1, 2, 999, 1_000, 1_001, 2**31 - 1, -(2**31), 2**31, 2**63 - 1, -(2**63), 253_402_300_799)
_BITS = {
    FieldDescriptor.CPPTYPE_INT32: (32, True),
    FieldDescriptor.CPPTYPE_ENUM: (32, True),
    FieldDescriptor.CPPTYPE_INT64: (64, True),
    FieldDescriptor.CPPTYPE_UINT32: (32, False),
    FieldDescriptor.CPPTYPE_UINT64: (64, False),
}


class Mutations:
    """Mutates `good`, a message; texts that exist, such as ids, are taken from `known`."""

    def __init__(self, good: Message, known: Mapping[str, Any], random: Random) -> None:
        self._good, self._random = good, random
        self._texts: Sequence[str] = [*_WORDS, *_FILTERS, *map(str, known.values())]
        self._last = b""

    def next(self) -> bytes:
        message = type(self._good)()
        message.CopyFrom(self._good)
        for _ in range(self._random.choice((1, 1, 1, 1, 2, 3, 8))):
            self._change(message)
        try:
            data = message.SerializeToString()
        except EncodeError:  # more than a message can have
            data = self._good.SerializeToString()
        for _ in range(self._random.choice((0, 0, 0, 0, 0, 1, 2, 5))):
            data = self._random.choice(self._BYTES)(self, data)
        self._last = data
        return data

    def _change(self, message: Message) -> None:
        described = contract.pool().FindMessageTypeByName(message.DESCRIPTOR.full_name)
        fields = [field for field in described.fields if not _is_map(field)]
        if not fields:
            return
        field = self._random.choice(fields)
        if self._random.random() < 0.15:
            message.ClearField(field.name)
        elif field.is_repeated:
            self._change_repeated(getattr(message, field.name), field)
        elif field.message_type is not None:
            inside = getattr(message, field.name)
            inside.SetInParent()
            self._change(inside)
        else:
            setattr(message, field.name, self._value(field))

    def _change_repeated(self, values: Any, field: FieldDescriptor) -> None:
        if len(values) and self._random.random() < 0.4:
            if field.message_type is not None:
                self._change(self._random.choice(values))
            else:
                values[self._random.randrange(len(values))] = self._value(field)
            return
        for _ in range(self._random.choice((1, 1, 2, 11, 101))):
            if field.message_type is None:
                values.append(self._value(field))
            elif len(values) and self._random.random() < 0.5:
                values.add().CopyFrom(self._random.choice(values))
            else:
                self._change(values.add())

    def _value(self, field: FieldDescriptor) -> Any:
        if field.cpp_type in _BITS:
            return self._number(*_BITS[field.cpp_type])
        if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            return self._random.random() < 0.5
        if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
            return self._random.choice((0.0, -1.5, 1e300, float("nan"), float("inf")))
        text = self._text()
        return text.encode() if field.type == FieldDescriptor.TYPE_BYTES else text

    def _number(self, bits: int, signed: bool) -> int:
        number = self._random.choice((*_NUMBERS, self._random.getrandbits(64)))
        low = -(1 << bits - 1) if signed else 0
        return (number - low) % (1 << bits) + low

    def _text(self) -> str:
        kind = self._random.random()
        if kind < 0.6:
            return self._random.choice(self._texts)
        if kind < 0.7:
            return self._random.choice(self._texts) * self._random.randrange(1, 50)
        letters = string.printable if kind < 0.9 else "\0\x7f\x85äß漢\u202e\ufeff\uffff\U0001f600"
        return "".join(self._random.choices(letters, k=self._random.choice((1, 5, 36, 300, _LONGEST))))

    def _flip(self, data: bytes) -> bytes:
        changed = bytearray(data or b"\0")
        changed[self._random.randrange(len(changed))] ^= 1 << self._random.randrange(8)
        return bytes(changed)

    def _cut(self, data: bytes) -> bytes:
        return data[: self._random.randrange(len(data) + 1)]

    def _insert(self, data: bytes) -> bytes:
        at = self._random.randrange(len(data) + 1)
        return data[:at] + self._random.randbytes(self._random.randrange(1, 9)) + data[at:]

    def _repeat(self, data: bytes) -> bytes:
        at = self._random.randrange(len(data) + 1)
        return data[:at] + data[at : at + 40] * self._random.randrange(2, 20) + data[at:]

    def _splice(self, data: bytes) -> bytes:
        return data[: self._random.randrange(len(data) + 1)] + self._last[self._random.randrange(len(self._last) + 1) :]

    _BYTES: Sequence[Callable[[Mutations, bytes], bytes]] = (_flip, _flip, _cut, _insert, _repeat, _splice)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
