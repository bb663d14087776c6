"""Each token of the sandbox selects one behaviour, and an unknown token is refused."""

from __future__ import annotations

import pytest

from order_svc.payment.domain.tokens import CardBehaviour


def test_a_good_card() -> None:
    assert CardBehaviour.of("tok_ok") == CardBehaviour()


def test_a_declined_card() -> None:
    assert CardBehaviour.of("tok_declined").refusal == "the card was declined"


@pytest.mark.parametrize(("token", "failures"), [("tok_flaky_0", 0), ("tok_flaky_2", 2), ("tok_flaky_15", 15)])
def test_a_flaky_card_fails_as_often_as_it_says(token: str, failures: int) -> None:
    assert CardBehaviour.of(token) == CardBehaviour(transient_failures=failures)


def test_a_card_that_is_down_never_works() -> None:
    assert CardBehaviour.of("tok_down").transient_failures > 10**9


def test_a_slow_card_takes_its_milliseconds() -> None:
    assert CardBehaviour.of("tok_slow_250") == CardBehaviour(delay_s=0.25)


def test_a_lost_reply() -> None:
    assert CardBehaviour.of("tok_lost_reply") == CardBehaviour(loses_first_reply=True)


@pytest.mark.parametrize(
    ("token", "action"),
    [
        ("tok_requires_action", "the shopper does nothing"),
        ("tok_requires_action_250", "the shopper confirms after 250 ms"),
        ("tok_requires_action_declined_0", "the shopper declines after 0 ms"),
    ],
)
def test_a_card_that_has_to_be_confirmed(token: str, action: str) -> None:
    assert CardBehaviour.of(token) == CardBehaviour(action=action)


@pytest.mark.parametrize(
    "token",
    [
        "tok_requires_action_",
        "tok_requires_action_declined",
        "",
        "tok_",
        "TOK_OK",
        "tok_ok ",
        "tok_flaky_",
        "tok_flaky_-1",
        "tok_flaky_2x",
        "tok_slow_1.5",
        "tok_slow_9999999",
    ],
)
def test_an_unknown_card_is_refused(token: str) -> None:
    assert CardBehaviour.of(token) == CardBehaviour(refusal="the card is not known to the provider")
