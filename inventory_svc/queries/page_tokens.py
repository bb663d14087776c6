"""Page tokens (AIP-158): opaque to callers, good only for the query they came from."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from pydantic import TypeAdapter

from chassis.errors import InvalidArgument


@dataclass(frozen=True, slots=True)
class PageToken:
    """The page that begins after the product with this id."""

    after: int
    query: str

    def text(self) -> str:
        return urlsafe_b64encode(_CONTENTS.dump_json(self)).decode().rstrip("=")

    @classmethod
    def parse(cls, token: str, query: str) -> PageToken:
        """Raises InvalidArgument for what was never a token, and for that of another query."""
        try:
            parsed = _CONTENTS.validate_json(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        except ValueError as error:
            raise InvalidArgument.of("pageToken", "is not a token of this list; start without one") from error
        if parsed.query != query:
            raise InvalidArgument.of("pageToken", "belongs to another query; start without one")
        return parsed


_CONTENTS = TypeAdapter(PageToken)
