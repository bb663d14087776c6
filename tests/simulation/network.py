"""The network between simulated processes: messages are late, lost, or arrive although nobody waits for the reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from chassis import contract
from chassis.context import Caller, RequestContext, current, request_context
from chassis.errors import AppError, DeadlineExceeded, Unavailable
from chassis.grpc.clients import Rpc
from chassis.grpc.status import from_status, to_status
from chassis.wire import Codec, Encoded, codec
from tests.simulation.loop import SimulatedTask, passing
from tests.simulation.script import Weather

_ATTEMPTS = 5  # as chassis.grpc.clients


@dataclass(eq=False)
class Process:
    """A process that runs, or has ended. What has ended may still compute, but reaches nobody."""

    name: str
    servicers: dict[str, object] = field(default_factory=dict)
    died: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, work: Awaitable[Any]) -> None:
        """Runs in the process."""
        task = asyncio.get_running_loop().create_task(_within(work))
        assert isinstance(task, SimulatedTask)
        task.process = self

    async def lives(self) -> None:
        """Returns never if the process has ended."""
        if self.died.is_set():
            await asyncio.get_running_loop().create_future()


async def _within(work: Awaitable[Any]) -> Any:
    return await work


class Chance:
    """Decides on every delay and fault. Once it is `calm`, nothing fails any more."""

    def __init__(self, seed: int, weather: Weather) -> None:
        self.random = Random(f"chance {seed}")
        self.weather = weather
        self.kill: Callable[[Process], None] = lambda process: None

    def calm(self) -> None:
        self.weather = Weather()

    def strikes(self, fault: str) -> bool:
        return self.random.random() < getattr(self.weather, fault)

    async def passes(self, *, at_most_s: float) -> None:
        """A moment, and seldom a long one."""
        longest_s = 2.5 if self.strikes("slow") else at_most_s
        await passing(self.random.random() ** 2 * longest_s)

    async def step(self, process: Process) -> None:
        """Here the process may end."""
        if not process.died.is_set() and self.strikes("dies"):
            self.kill(process)
        await process.lives()


class Network:
    """Carries calls to the processes that serve a service."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.processes: list[Process] = []

    async def carry(self, name: str, data: bytes, caller: Process | None, context: RequestContext) -> list[bytes]:
        """The messages that the method answers. Raises what the caller sees."""
        if caller:
            await self._chance.step(caller)
        service = name.split("/")[1]
        serving = [one for one in self.processes if service in one.servicers and not one.died.is_set()]
        await self._chance.passes(at_most_s=0.004)
        if not serving or self._chance.strikes("request_lost"):
            raise Unavailable("the connection was refused")
        server = self._chance.random.choice(serving)
        reply: asyncio.Future[list[bytes] | Exception] = asyncio.get_running_loop().create_future()
        server.begin(self._served(server, name, data, context, reply))
        ended = asyncio.ensure_future(server.died.wait())
        try:
            either: list[asyncio.Future[Any]] = [reply, ended]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
        await self._chance.passes(at_most_s=0.004)
        if caller:
            await caller.lives()
        if not reply.done() or self._chance.strikes("reply_lost"):
            raise Unavailable("the connection was lost")
        result = reply.result()
        if isinstance(result, Exception):
            raise result
        return result

    async def _served(
        self, server: Process, name: str, data: bytes, context: RequestContext, reply: asyncio.Future[Any]
    ) -> None:
        method = contract.methods()[name]
        handler = getattr(server.servicers[method.service], method.snake_name)
        request = codec(method.request).decode(data)
        encode = codec(method.response).encode
        answer: list[bytes] | Exception
        with request_context(context):
            try:
                if method.server_streaming:
                    answer = [encode(message) async for message in handler(request)]
                else:
                    reply_message = await handler(request)
                    answer = [reply_message if isinstance(reply_message, Encoded) else encode(reply_message)]
            except AppError as error:
                answer = from_status(to_status(error))
            except Exception as error:
                answer = error
        await self._chance.step(server)
        if not reply.done():
            reply.set_result(answer)


class SimulatedPeer:
    """What chassis.grpc.clients.Peer is for a process."""

    def __init__(self, network: Network, process: Process, service: str) -> None:
        self._network = network
        self._process = process
        self._caller = Caller.service(service)

    async def call(self, method: Rpc[Any, Any], request: Any, *, timeout_s: float = 5.0, extra: Any = ()) -> Any:
        (reply,) = await self._exchange(method, request, timeout_s)
        return _codec(method.response).decode(reply)

    async def stream(
        self, method: Rpc[Any, Any], request: Any, *, timeout_s: float = 5.0, extra: Any = ()
    ) -> AsyncGenerator[Any, None]:
        for message in await self._exchange(method, request, timeout_s):
            yield _codec(method.response).decode(message)

    async def _exchange(self, method: Rpc[Any, Any], request: Any, timeout_s: float) -> list[bytes]:
        now = asyncio.get_running_loop().time()
        deadline = min(now + timeout_s, current().deadline or now + timeout_s)
        user = current().caller if current().caller.is_person else current().user
        context = replace(RequestContext(caller=self._caller, method=method.full_name), deadline=deadline, user=user)
        data = _codec(method.request).encode(request)
        return await in_time(lambda: self._network.carry(method.full_name, data, self._process, context), deadline)


async def in_time(attempt: Callable[[], Awaitable[list[bytes]]], deadline: float) -> list[bytes]:
    """Repeats what finds nobody, as gRPC's retry policy does. Raises DeadlineExceeded."""
    try:
        async with asyncio.timeout_at(deadline):
            for number in range(1, _ATTEMPTS + 1):
                try:
                    return await attempt()
                except Unavailable:
                    if number == _ATTEMPTS:
                        raise
                await passing(min(1.0, 0.05 * 3 ** (number - 1)))
    except TimeoutError:
        raise DeadlineExceeded("the time for this call is up") from None
    raise AssertionError("unreachable")


def _codec(message_type: Any) -> Codec[Any]:
    return codec(message_type)
