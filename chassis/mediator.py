"""Sends each command to its handler in one transaction, which is opened, committed and retried only here.

A single command has a unit of work of its own. Batched commands share one: commands that arrive while a batch is in
flight form the next batch. After a conflict the work is retried, a batch once; a batch that fails is retried in halves,
down to one command, so that one bad command never fails others. A command that meets a locked row is refused with
Locked; until the row is free, one command at a time tries it, apart from batches, and others are refused at once. A
command with a `request` is executed once per key: a repeat gets the first response, also if both run at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar, cast, get_args

import msgspec
import tenacity

from chassis.background import backoff_s, to_completion
from chassis.batching import Batcher, LockedRows
from chassis.context import Caller, RequestContext, current, request_context
from chassis.errors import AppError, Conflict, Kind, Locked, RequestIdExpired, Unavailable
from chassis.grpc import metadata
from chassis.idempotency import IdempotentResponse, RequestKey, expired, reused
from chassis.jobs import LeaseLost
from chassis.unit_of_work import NeedsTransaction, OpenUnitOfWork, Uow
from telemetry import traces

R = TypeVar("R")
C = TypeVar("C", bound="Command[Any]")

# After a conflict the rows are contended: for this long, locks are cheaper than further conflicts.
_CONTENDED_S = 0.5
# After a locked row was met there may be more: for this long, batches do not wait for locks.
_IMPATIENT_S = 2.0
CONFLICT_ATTEMPTS = 6  # of a single command
_BETWEEN_ATTEMPTS = tenacity.wait_random_exponential(multiplier=0.005, max=0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[R]):
    """A request to change state, with a result R. Subclasses are frozen dataclasses."""

    # The command is executed once per key; None for commands that are safe to repeat.
    request: RequestKey | None = None
    # The sender has not used this key before: a stored response is looked up only after a conflict.
    request_is_new: bool = False

    @property
    def locks(self) -> Collection[Hashable]:
        """The names of the rows that it locks, as far as they are known."""
        return ()


SingleHandler = Callable[[C, Uow], Awaitable[R]]
BatchHandler = Callable[[Sequence[C], Uow], Awaitable[Sequence[R | AppError]]]
# A result, and the position at which the read side shows the effect; of a stored response, _STORED.
_Outcome = tuple[Any, str | None]
_STORED = ""
_Send = Callable[[Any], Awaitable[_Outcome]]
_Outcomes = list[_Outcome | BaseException]


class Mediator(Generic[Uow]):
    """Maps each type of command to its handler. At most `singles` commands are executed at once apart from batches."""

    def __init__(self, open_uow: OpenUnitOfWork[Uow], *, service: str, singles: int = 1000) -> None:
        self._open_uow, self._service, self._singles = open_uow, Caller.service(service), asyncio.Semaphore(singles)
        self._sends: dict[type, _Send] = {}
        self._transactions: dict[type, _Transaction[Any, Uow]] = {}

    def handle(self, command: type[C], handler: SingleHandler[C, Uow, Any]) -> None:
        """One unit of work for each command."""

        async def in_batch_of_one(batch: Sequence[C], uow: Uow) -> Sequence[Any]:
            return [await handler(batch[0], uow)]

        transaction = _Transaction(self._open_uow, in_batch_of_one, [command], self._singles)
        self._register([command], transaction.run_alone, transaction)

    def handle_batch(
        self,
        commands: type[C] | Sequence[type[C]],
        handler: BatchHandler[C, Uow, Any],
        *,
        max_size: int = 200,
        optimistic: bool = False,
    ) -> None:
        """One unit of work for each batch; the handler returns a result or an AppError per command, in order.

        Several types of command share batches if they use the same rows. With `optimistic`, batches are first tried
        without locks, for rows that are rarely contended; the commit raises Conflict if rows have changed since they
        were read. Handlers are the same in both cases.
        """
        commands = [commands] if isinstance(commands, type) else commands
        context = RequestContext(caller=self._service, method="+".join(kind.__name__ for kind in commands))
        transaction = _Transaction(self._open_uow, handler, commands, self._singles, context, optimistic=optimistic)
        batcher: Batcher[C, _Outcome] = Batcher(context.method, transaction.run, max_size=max_size)
        self._register(commands, batcher.submit, transaction)

    async def send(self, command: Command[R]) -> R:
        """Executes the command and returns its result. Raises the AppError of a rejected command."""
        result, position = await self._sends[type(command)](command)
        if position:
            current().reply_headers[metadata.POSITION] = position
        return cast("R", result)

    async def find_result(self, command: type[Command[R]], key: RequestKey | None) -> R | None:
        """The result of the command with this key, if it was executed. Raises RequestIdReused or RequestIdExpired."""
        found = await to_completion(self._transactions[command].find({0: (command, key)})) if key else {}
        return cast("R", _result(list(found.values()))[0]) if found else None

    def _register(self, commands: Sequence[type], send: _Send, transaction: _Transaction[Any, Uow]) -> None:
        for command in commands:
            if command in self._sends:
                raise ValueError(f"{command.__name__} has a handler already")
            self._sends[command], self._transactions[command] = partial(transaction.send, send), transaction


def _result(outcomes: _Outcomes) -> _Outcome:
    (outcome,) = outcomes
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _reached_rows(outcome: _Outcome | BaseException) -> bool:
    if isinstance(outcome, RequestIdExpired) or not isinstance(outcome, AppError):
        return isinstance(outcome, tuple) and outcome[1] != _STORED
    return outcome.kind is Kind.FAILED_PRECONDITION  # which is checked on them


class _Transaction(Generic[C, Uow]):
    """Executes a batch in one unit of work: retried after a conflict, and in halves after a failure."""

    def __init__(
        self,
        open_uow: OpenUnitOfWork[Uow],
        handler: BatchHandler[C, Uow, Any],
        commands: Sequence[type[C]],
        singles: asyncio.Semaphore,
        context: RequestContext | None = None,
        *,
        optimistic: bool = False,
    ) -> None:
        self._open_uow, self._handler, self._singles, self._context = open_uow, handler, singles, context
        self._answers = {command: _answers_of(command) for command in commands}
        # Times of the event loop: until then, rows are assumed to be contended, or locked.
        self._optimistic_from, self._impatient_until = 0.0 if optimistic else math.inf, 0.0
        self._locked, self._tried = LockedRows(), set[Hashable]()

    async def send(self, usual: _Send, cmd: C) -> _Outcome:
        """Sends the command in the usual way, but tries it alone and without waiting while a row of it is locked."""
        rows = self._locked.of(cmd.locks)
        if not rows:
            return await usual(cmd)
        # Not of single commands: whether the caller may see the row is not known yet.
        if self._context and self._tried & rows:
            raise Locked("another change is in progress here; try again")
        self._tried |= rows
        impatient = copy(self)
        impatient._impatient_until = math.inf
        try:
            return await impatient.run_alone(cmd)
        finally:
            self._tried -= rows

    async def run_alone(self, cmd: C) -> _Outcome:
        async with self._singles:
            return _result(await to_completion(self.run([cmd])))

    async def run(self, batch: Sequence[C]) -> _Outcomes:
        with request_context(self._context or current()):
            outcomes = await self._run(batch, 1, CONFLICT_ATTEMPTS if len(batch) == 1 else 2)
        of = list(zip(batch, outcomes, strict=True))
        met = [cmd.locks for cmd, outcome in of if isinstance(outcome, Locked)]
        self._locked.learn((cmd.locks for cmd, outcome in of if _reached_rows(outcome)), met)
        refused = {
            index: (type(cmd), cmd.request)
            for index, (cmd, outcome) in enumerate(zip(batch, outcomes, strict=True))
            if cmd.request and isinstance(outcome, AppError) and not isinstance(outcome, Unavailable)
        }
        if refused:
            # An equal request that ran at the same time may be the reason for the refusal: its response is returned.
            try:
                again = await self.find(refused)
            except Exception as error:
                again = dict.fromkeys(refused, error)
            outcomes = [again.get(index, outcome) for index, outcome in enumerate(outcomes)]
        return outcomes

    async def find(self, wanted: Mapping[int, tuple[type[C], RequestKey]]) -> dict[int, _Outcome | BaseException]:
        """The outcomes for those keys that have a stored response."""
        async with self._open_uow(optimistic=True) as uow:
            kept = await uow.find_responses([key for _, key in wanted.values()])
        return {i: self._repeat(kind, key, kept[key.id]) for i, (kind, key) in wanted.items() if key.id in kept}

    def _repeat(self, kind: type[C], key: RequestKey, response: IdempotentResponse) -> _Outcome | AppError:
        refusal = reused(response.fingerprint, key) or (None if response.answer else expired(key))
        return refusal or (self._answers[kind](response.answer), _STORED)

    async def _run(self, batch: Sequence[C], number: int, last: int) -> _Outcomes:
        """Makes the attempt `number`, and others up to the `last`."""
        try:
            return await self._attempt(batch, is_first=number == 1)
        except Unavailable as error:
            return [error] * len(batch)
        except Exception as error:
            # A single command waits longer, because nobody else waits for it.
            if isinstance(error, Locked) and (self._context or self._impatient_until):
                if number == 1:
                    return await self._without_locked(batch, error)
            elif isinstance(error, Conflict) and not isinstance(error, LeaseLost):
                self._optimistic_from = max(self._optimistic_from, asyncio.get_running_loop().time() + _CONTENDED_S)
                if number < last:
                    await asyncio.sleep(backoff_s(_BETWEEN_ATTEMPTS, number))
                    return await self._run(batch, number + 1, last)
            if len(batch) == 1:
                return [error]
            middle = len(batch) // 2
            return [*await self._run_part(batch[:middle]), *await self._run_part(batch[middle:])]

    async def _run_part(self, part: Sequence[C]) -> _Outcomes:
        return await self._run(part, 2, 3 if len(part) == 1 else 2) if part else []

    async def _without_locked(self, batch: Sequence[C], error: Locked) -> _Outcomes:
        """Refuses the commands that need a row which is locked, as far as that can be found out; does the others."""
        self._impatient_until = asyncio.get_running_loop().time() + _IMPATIENT_S
        if names := {name for cmd in batch if not self._locked.of(cmd.locks) for name in cmd.locks}:
            with contextlib.suppress(AppError):
                async with self._open_uow(impatient=True) as uow:
                    self._locked.add(await uow.find_locked(names))
        stuck = [bool(self._locked.of(cmd.locks)) for cmd in batch]
        others = [cmd for cmd, is_stuck in zip(batch, stuck, strict=True) if not is_stuck]
        outcomes = iter(await self._run_part(others))
        return [error if is_stuck else next(outcomes) for is_stuck in stuck]

    async def _attempt(self, batch: Sequence[C], *, is_first: bool) -> _Outcomes:
        if is_first and asyncio.get_running_loop().time() >= max(self._optimistic_from, self._impatient_until):
            # Then nothing has changed, and there was no conflict.
            with contextlib.suppress(NeedsTransaction):
                return await self._once(batch, optimistic=True, is_first=True)
        return await self._once(batch, is_first=is_first)

    async def _once(self, batch: Sequence[C], *, optimistic: bool = False, is_first: bool = False) -> _Outcomes:
        impatient = asyncio.get_running_loop().time() < self._impatient_until
        async with self._open_uow(optimistic=optimistic, impatient=impatient) as uow:
            keys = [cmd.request for cmd in batch if cmd.request and not (is_first and cmd.request_is_new)]
            kept = await uow.find_responses(keys) if keys else {}
            # Of commands with the same key only the first is executed.
            first = {cmd.request.id: (i, cmd.request) for i, cmd in reversed([*enumerate(batch)]) if cmd.request}
            fresh = {
                index: cmd
                for index, cmd in enumerate(batch)
                if cmd.request is None or (cmd.request.id not in kept and first[cmd.request.id][0] == index)
            }
            done, position = await self._carry_out(fresh, uow) if fresh else ({}, None)
        outcomes: _Outcomes = []
        for index, cmd in enumerate(batch):
            if cmd.request and (response := kept.get(cmd.request.id)):
                outcomes.append(self._repeat(type(cmd), cmd.request, response))
                continue
            earlier, key = first[cmd.request.id] if cmd.request else (index, None)
            result = (cmd.request and key and reused(key.fingerprint, cmd.request)) or done[earlier]
            outcomes.append(result if isinstance(result, AppError) else (result, position))
        return outcomes

    async def _carry_out(self, fresh: Mapping[int, C], uow: Uow) -> tuple[Mapping[int, Any], str | None]:
        done = dict(zip(fresh, await self._handler(traces.in_their_traces(list(fresh.values())), uow), strict=True))
        granted = [(fresh[index], result) for index, result in done.items() if not isinstance(result, AppError)]
        if not granted:
            return done, None
        answers = [(cmd.request, _stored(result)) for cmd, result in granted if cmd.request]
        if answers:
            await uow.keep_responses(answers)
        return done, await uow.commit()


def _stored(result: object) -> bytes:
    return result if isinstance(result, bytes) else msgspec.json.encode(result)


def _answers_of(command: type) -> Callable[[bytes], Any]:
    """The decoder for the command's result, the R of Command[R]. Bytes are stored as they are, all else as JSON."""
    for base in getattr(command, "__orig_bases__", ()):
        (answer, *_) = get_args(base) or (R,)
        # A Command without a type argument has only Generic[R] as its base.
        if not isinstance(answer, TypeVar):
            return bytes if answer is bytes else msgspec.json.Decoder(answer).decode
    raise TypeError(f"{command.__name__} does not say what it answers: derive it from Command[Something]")
