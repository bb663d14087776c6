"""Readers of the streams of orders, who resume where a stream broke."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from random import Random

import httpx

from deploy.local.shop import Shop
from tests.chaos.checker.history import Json
from tests.chaos.checker.streams import ADMINISTRATOR, LAST
from tests.chaos.recording import Recorder
from tests.polling import eventually, some_time

# A stream is silent for no longer: there are heartbeats.
SILENCE_S = 20
CAUGHT_UP_WITHIN_S = 60
_Following = tuple[str, str]  # who follows which order


class Followers:
    """For some of the orders, their owner and an administrator follow them from the first event on, until `end`."""

    def __init__(
        self, http: httpx.AsyncClient, admin: Shop, recorder: Recorder, random: Random, *, share: float
    ) -> None:
        self._http = http
        self._admin = admin
        self._recorder = recorder
        self._random = random
        self._share = share
        self._tasks: dict[_Following, asyncio.Task[None]] = {}
        self._heard: dict[_Following, str] = {}

    def placed(self, order_id: str, authorization: str) -> None:
        if self._random.random() < self._share:
            for follower, by in (("owner", authorization), (ADMINISTRATOR, self._admin.headers["authorization"])):
                self._tasks[follower, order_id] = asyncio.create_task(self._follow((follower, order_id), by))

    async def end(self, statuses: dict[str, str]) -> None:
        """Once each stream has said what its order is in the end, or has had the time to."""
        # The checker says which have not.
        with suppress(AssertionError):
            await eventually(
                lambda: all(self._heard.get(stream) == statuses.get(stream[1]) for stream in self._tasks),
                timeout_s=CAUGHT_UP_WITHIN_S,
            )
        for task in self._tasks.values():
            task.cancel()
        ended = await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        failed = [error for error in ended if isinstance(error, Exception)]
        assert not failed, failed

    async def _follow(self, stream: _Following, authorization: str) -> None:
        last = ""
        while self._heard.get(stream) not in LAST:
            query = {"resumeToken": last} if last else {"afterSequence": "0"}
            with suppress(httpx.TransportError):
                async with self._http.stream(
                    "GET",
                    f"/api/v1/orders/{stream[1]}:watch",
                    params=query,
                    headers={"authorization": authorization},
                    timeout=SILENCE_S,
                ) as reply:
                    if reply.status_code == httpx.codes.OK:
                        async for line in reply.aiter_lines():
                            if line.startswith("data:"):
                                message = json.loads(line.removeprefix("data:"))
                                if "error" in message:
                                    break
                                last = message.get("resumeToken", last)
                                self._hear(stream, message)
            await some_time(self._random, at_most_s=0.5)

    def _hear(self, stream: _Following, message: Json) -> None:
        if "heartbeat" in message:
            return
        changed = message.get("orderStatusChanged", {})
        shown: Json = next(
            (said["order"] for said in message.values() if isinstance(said, dict) and "order" in said), {}
        )
        status = _status(shown.get("status", ""))
        self._heard[stream] = status or self._heard[stream]
        self._recorder.add(
            "event",
            follower=stream[0],
            order=stream[1],
            at=asyncio.get_running_loop().time(),
            sequence=int(message["sequence"]),
            is_alert="adminAlert" in message,
            status=status,
            source=_status(changed.get("fromStatus", "")),
            target=_status(changed.get("toStatus", "")),
        )


def _status(name: str) -> str:
    return name.removeprefix("ORDER_STATUS_")
