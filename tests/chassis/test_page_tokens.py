"""Page tokens decode to the encoded value, and any other token is refused."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from chassis.errors import InvalidArgument
from chassis.page_tokens import PageTokens


class Key(NamedTuple):
    made_at: datetime
    id: int


TOKENS = PageTokens(Key)
LAST = Key(datetime(2026, 1, 1, 12, 30, 0, 123456, tzinfo=UTC), 2**62)


def test_a_token_brings_its_key_back() -> None:
    assert TOKENS.read(TOKENS.write(LAST, filter="a = b"), filter="a = b") == LAST


def test_a_token_fits_an_url() -> None:
    token = TOKENS.write(LAST, filter="")

    assert token.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "ä",
        "A",
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'["x", ["yesterday", 1]]').decode(),
        base64.urlsafe_b64encode(b'{"a": 1}').decode(),
        TOKENS.write(LAST, filter="")[:-4],
    ],
)
def test_what_no_list_gave_is_refused(token: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        TOKENS.read(token, filter="")

    assert [violation.field for violation in refused.value.violations] == ["pageToken"]


@pytest.mark.parametrize(
    "altered",
    [
        ["0001-01-01T00:00:00+23:59", 1],
        ["9999-12-31T23:59:59-23:59", 1],
        ["2026-01-01T00:00:00", 1],
        ["2026-01-01T00:00:00Z", 2**63],
        ["2026-01-01T00:00:00Z", -1],
        ["2026-01-01T00:00:00Z", 10**4000],
    ],
)
def test_an_altered_token_is_refused(altered: list[object]) -> None:
    content = json.dumps([hashlib.sha256(b"").hexdigest()[:16], altered], default=str).encode()

    with pytest.raises(InvalidArgument) as refused:
        TOKENS.read(base64.urlsafe_b64encode(content).decode(), filter="")

    assert [violation.field for violation in refused.value.violations] == ["pageToken"]


def test_a_token_of_another_filter_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="belongs to another filter"):
        TOKENS.read(TOKENS.write(LAST, filter="a = b"), filter="a = c")
