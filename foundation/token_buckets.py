"""Token buckets by key, in memory that many keys do not exhaust."""

from __future__ import annotations

from itertools import islice

# Of the time of a token: sums of binary fractions are not exact.
_ROUNDING = 1e-3


class TokenBuckets:
    """A bucket for each key: full at first, `requests` tokens, which refill evenly in `period_s`.

    At most `max_keys` are remembered, those that were used last; a full bucket needs no memory.
    """

    def __init__(self, requests: int, period_s: float, *, max_keys: int = 50_000) -> None:
        self._token_s, self._period_s, self._max_keys = period_s / requests, period_s, max_keys
        # By key, when its bucket will be full again; the one that was used last is at the end.
        self._full_at: dict[str, float] = {}

    @property
    def remembered(self) -> int:
        """The number of keys."""
        return len(self._full_at)

    def wait_s(self, key: str, now_s: float) -> float:
        """The seconds until the bucket has a token; 0 if it has one. `now_s` is a time that is never set back."""
        wait_s = max(self._full_at.get(key, now_s), now_s) + self._token_s - (now_s + self._period_s)
        return wait_s if wait_s > self._token_s * _ROUNDING else 0

    def take(self, key: str, now_s: float) -> None:
        """Takes a token, which must be there."""
        self._full_at[key] = max(self._full_at.pop(key, now_s), now_s) + self._token_s
        # Two for each that is added, so that the memory of a flood is given back.
        for oldest in [*islice(self._full_at, 2)]:
            if len(self._full_at) > self._max_keys or self._full_at[oldest] <= now_s:
                del self._full_at[oldest]
