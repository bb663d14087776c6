"""A change that happens between two statements of a reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession


class AfterFirstStatement:
    """Makes `change` happen once, after the next statement of any session; `happened` says whether it has.

    `of` is AsyncConnection for readers without a session.
    """

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        change: Callable[[], Awaitable[object]],
        *,
        of: type[AsyncSession | AsyncConnection] = AsyncSession,
    ) -> None:
        self.happened = False
        self._change = change
        for name in ("execute", "scalars", "scalar"):
            monkeypatch.setattr(of, name, self._changing(getattr(of, name)))

    def _changing(self, original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def then_change(*arguments: Any, **options: Any) -> Any:
            result = await original(*arguments, **options)
            if not self.happened:
                self.happened = True
                await self._change()
            return result

        return then_change
