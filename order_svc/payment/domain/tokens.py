"""The card tokens of the sandbox: each selects a behaviour of the provider, to try every outcome of a payment."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

_NUMBERED = re.compile(r"tok_(flaky|slow|requires_action|requires_action_declined)_(\d{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardBehaviour:
    """How the sandbox treats a charge with this card. `refusal` is the reason, empty if the card is good.

    `action` is set if the shopper has to confirm the payment, and says what the shopper does about it.
    """

    transient_failures: int = 0
    delay_s: float = 0
    refusal: str = ""
    loses_first_reply: bool = False
    action: str = ""

    @classmethod
    def of(cls, token: str) -> CardBehaviour:
        """The behaviour of a token; an unknown token is refused."""
        if known := _FIXED.get(token):
            return known
        numbered = _NUMBERED.fullmatch(token)
        if numbered is None:
            return cls(refusal="the card is not known to the provider")
        number = int(numbered[2])
        match numbered[1]:
            case "flaky":
                return cls(transient_failures=number)
            case "slow":
                return cls(delay_s=number / 1000)
            case "requires_action":
                return cls(action=f"the shopper confirms after {number} ms")
        return cls(action=f"the shopper declines after {number} ms")


_FIXED = {
    "tok_ok": CardBehaviour(),
    "tok_declined": CardBehaviour(refusal="the card was declined"),
    "tok_down": CardBehaviour(transient_failures=sys.maxsize),
    "tok_lost_reply": CardBehaviour(loses_first_reply=True),
    "tok_requires_action": CardBehaviour(action="the shopper does nothing"),
}
