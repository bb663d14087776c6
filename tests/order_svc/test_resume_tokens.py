"""Resume tokens tell nothing, and only those of the same stream and the same shop are taken."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from chassis.errors import InvalidArgument
from order_svc.resume_tokens import ResumeTokens

KEY = bytes(range(16))
TOKENS, OF_ANOTHER_SHOP = ResumeTokens(KEY), ResumeTokens(bytes(16))
LARGEST = 2**63 - 1


@pytest.mark.parametrize("place", [0, 1, LARGEST])
def test_a_token_leads_back_to_its_place(place: int) -> None:
    again = ResumeTokens(KEY)

    assert again.position(TOKENS.of_feed(place), "resumeToken") == place
    assert again.sequence(TOKENS.of_order(7, place), 7, "resumeToken") == place


def test_tokens_of_one_place_are_as_different_as_those_of_two() -> None:
    tokens = {TOKENS.of_feed(place) for place in (1, 1, 1, 2)}

    assert len(tokens) == 4
    assert {len(token) for token in tokens} == {48}
    assert set("".join(tokens)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@pytest.mark.parametrize(
    "token",
    [
        "1",
        "x" * 48,
        "ä" * 48,
        "A" * 15,
        TOKENS.of_feed(1)[:-1],
        TOKENS.of_feed(1)[:-4],
        TOKENS.of_feed(1).swapcase(),
        TOKENS.of_order(7, 1),
        OF_ANOTHER_SHOP.of_feed(1),
    ],
    # Tokens are random, and names of tests must not be.
    ids=itertools.count(),
)
def test_what_is_no_token_of_the_feed_is_refused(token: str) -> None:
    with pytest.raises(InvalidArgument, match="resumeToken must be the resumeToken of a message of this stream"):
        TOKENS.position(token, "resumeToken")


@pytest.mark.parametrize("make", [lambda: TOKENS.of_feed(1), lambda: TOKENS.of_order(8, 1)])
def test_a_stream_of_one_order_takes_only_its_own_tokens(make: Callable[[], str]) -> None:
    with pytest.raises(InvalidArgument):
        TOKENS.sequence(make(), 7, "resumeToken")
