"""Streams an export, whose end shows whether it is complete."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from easyorder.google.api import HttpBody

from chassis.context import current
from chassis.errors import outcome_of
from chassis.grpc.streams import stream_end


async def exported(name: str, parts: AsyncGenerator[bytes, None]) -> AsyncIterator[HttpBody]:
    """The parts of `name`.csv. If an error ends them, the last line says so: over JSON, its reader sees no error."""
    current().reply_headers["content-disposition"] = f'attachment; filename="{name}.csv"'
    async with aclosing(parts):
        begun, end = False, stream_end()
        try:
            async for part in parts:
                if end.done():
                    raise end.result()
                begun = True
                yield _csv(part)
        except Exception as error:
            if begun:
                yield _csv(f"INCOMPLETE,{outcome_of(error)}\r\n".encode())
            raise


def _csv(data: bytes) -> HttpBody:
    return HttpBody(content_type="text/csv; charset=utf-8", data=data)
