"""Lists as iterators, which ask for the next page when they get there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar

import betterproto2

Page = TypeVar("Page", bound=betterproto2.Message)
Item = TypeVar("Item")


def following(request: Any, page: Any) -> Any:
    """The request for the page after `page`, or None."""
    if not page.next_page_token:
        return None
    # A page has a token or a number.
    number = {"page_number": 0} if "page_number" in request.__dataclass_fields__ else {}
    return replace(request, page_token=page.next_page_token, **number)


class Pager(Generic[Page, Item]):
    """All items, from the page that was asked for on. Each iteration lists them again."""

    def __init__(self, list_page: Callable[[Any], Page], request: betterproto2.Message, items: str) -> None:
        self._list_page, self._request, self._items = list_page, request, items

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from getattr(page, self._items)

    def pages(self) -> Iterator[Page]:
        """The pages themselves, with `next_page_token` and what else they say."""
        request: Any = self._request
        while request is not None:
            page = self._list_page(request)
            yield page
            request = following(request, page)


class AsyncPager(Generic[Page, Item]):
    """All items, from the page that was asked for on. Each iteration lists them again."""

    def __init__(self, list_page: Callable[[Any], Awaitable[Page]], request: betterproto2.Message, items: str) -> None:
        self._list_page, self._request, self._items = list_page, request, items

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for page in self.pages():
            for item in getattr(page, self._items):
                yield item

    async def pages(self) -> AsyncIterator[Page]:
        """The pages themselves, with `next_page_token` and what else they say."""
        request: Any = self._request
        while request is not None:
            page = await self._list_page(request)
            yield page
            request = following(request, page)
