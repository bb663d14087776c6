"""Sends a command to its handler in one transaction: opened, committed and repeated here and nowhere else.

Single commands get a unit of work each. Batched commands of one kind share one: those that come while a batch is in
flight make the next. A conflict runs the work again; a batch that the database refuses is retried in halves, down to
one, so that one bad command never fails its neighbours. A command that carries a `request` is carried out once for its
key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, cast, get_args

import tenacity
from pydantic import TypeAdapter

from chassis.batching import Batcher
from chassis.context import Caller, RequestContext, current, request_context
from chassis.errors import AppError, Conflict, Unavailable
from chassis.idempotency import IdempotentResponse, RequestKey, check_same_body
from chassis.jobs import LeaseLost
from chassis.unit_of_work import NeedsTransaction, OpenUnitOfWork, Uow

R = TypeVar("R")
C = TypeVar("C", bound="Command[Any]")

# After a conflict others want the same rows: so long it is better to wait for their locks than to be refused.
_CONTENDED_S = 0.5

POSITION_HEADER = "x-easyorder-position"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[R]):
    """Something a caller wants done; answers an R. Subclasses are frozen dataclasses."""

    # Carried out once for each key; None for commands that may be repeated anyway.
    request: RequestKey | None = None
    # The sender knows of nobody who came with this key before: no kept answer is looked for unless there is a conflict.
    request_is_new: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[R]):
    result: R
    # Where the read side must be for the caller to see the effect.
    position: str | None


SingleHandler = Callable[[C, Uow], Awaitable[R]]
BatchHandler = Callable[[Sequence[C], Uow], Awaitable[Sequence[R | AppError]]]
_Send = Callable[[Any], Awaitable[_Outcome[Any]]]


def in_turn(handlers: Mapping[type[C], BatchHandler[C, Uow, Any]]) -> BatchHandler[C, Uow, Any]:
    """Handles a batch of several kinds: all commands of the first kind, then all of the next."""

    async def handle(batch: Sequence[C], uow: Uow) -> Sequence[Any]:
        results: list[Any] = [None] * len(batch)
        for kind, handler in handlers.items():
            if chosen := [index for index, cmd in enumerate(batch) if type(cmd) is kind]:
                answers = await handler([batch[index] for index in chosen], uow)
                for index, answer in zip(chosen, answers, strict=True):
                    results[index] = answer
        return results

    return handle


class Mediator(Generic[Uow]):
    """Knows which handler does which command.

    `open_optimistic` opens units of work that look without locks, and whose commit is a Conflict when what they have
    looked at has changed. Handlers need not know.
    """

    CONFLICT_ATTEMPTS: ClassVar[int] = 6

    def __init__(
        self, open_uow: OpenUnitOfWork[Uow], *, service: str, open_optimistic: OpenUnitOfWork[Uow] | None = None
    ) -> None:
        self._open_uow = open_uow
        self._open_optimistic = open_optimistic
        self._service = Caller.service(service)
        self._sends: dict[type, _Send] = {}

    def handle(self, command: type[C], handler: SingleHandler[C, Uow, Any]) -> None:
        """One unit of work for each command."""

        async def in_batch_of_one(batch: Sequence[C], uow: Uow) -> Sequence[Any]:
            return [await handler(batch[0], uow)]

        transaction = _Transaction(self._open_uow, in_batch_of_one, {command: _answers_of(command)})

        async def send(cmd: C) -> _Outcome[Any]:
            # Not cancelled with its caller: a cancelled transaction can poison its pooled connection.
            outcomes = await asyncio.shield(transaction.run([cmd]))
            return _raised(outcomes[0])

        self._register(command, send)

    def handle_batch(self, command: type[C], handler: BatchHandler[C, Uow, Any], *, max_size: int = 200) -> None:
        """One unit of work for each batch; the handler answers a result or an AppError for each command, in order."""
        self.handle_together([command], handler, max_size=max_size)

    def handle_together(
        self,
        commands: Sequence[type[C]],
        handler: BatchHandler[C, Uow, Any],
        *,
        max_size: int = 200,
        optimistic: bool = False,
    ) -> None:
        """The same for several kinds that share batches, because they want the same rows.

        `optimistic`: batches are tried without locks first, as nobody else should want those rows at the same time.
        """
        answers = {kind: _answers_of(kind) for kind in commands}
        open_optimistic = self._open_optimistic if optimistic else None
        transaction = _Transaction(self._open_uow, handler, answers, open_optimistic=open_optimistic)
        name = "+".join(kind.__name__ for kind in commands)
        context = RequestContext(caller=self._service, method=name)

        async def run(batch: Sequence[C]) -> Sequence[_Outcome[Any] | BaseException]:
            with request_context(context):
                return await transaction.run(batch)

        batcher: Batcher[C, _Outcome[Any]] = Batcher(run, max_size=max_size)
        for kind in commands:
            self._register(kind, batcher.submit)

    async def send(self, command: Command[R]) -> R:
        """Carries the command out; raises the AppError that refuses it."""
        outcome = await self._sends[type(command)](command)
        if outcome.position is not None:
            current().reply_headers[POSITION_HEADER] = outcome.position
        return cast("R", outcome.result)

    def _register(self, command: type, send: _Send) -> None:
        if command in self._sends:
            raise ValueError(f"{command.__name__} has a handler already")
        self._sends[command] = send


class _Transaction(Generic[C, Uow]):
    """Carries out a batch in one unit of work: again after a conflict, in halves after a refusal."""

    def __init__(
        self,
        open_uow: OpenUnitOfWork[Uow],
        handler: Callable[[Sequence[C], Uow], Awaitable[Sequence[Any]]],
        answers: Mapping[type, TypeAdapter[Any]],
        *,
        open_optimistic: OpenUnitOfWork[Uow] | None = None,
    ) -> None:
        self._open_uow = open_uow
        self._open_optimistic = open_optimistic
        self._contended_until = 0.0
        self._handler = handler
        self._answers = answers
        self._retries = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(_may_be_repeated),
            # After a first attempt, for which tenacity is not needed.
            stop=tenacity.stop_after_attempt(Mediator.CONFLICT_ATTEMPTS - 1),
            wait=tenacity.wait_random_exponential(multiplier=0.005, max=0.2),
            reraise=True,
        )

    async def run(self, batch: Sequence[C]) -> list[_Outcome[Any] | BaseException]:
        try:
            try:
                return await self._attempt(batch, is_first=True)
            except Conflict as error:
                if not _may_be_repeated(error):
                    raise
            return await self._retries.copy()(self._attempt, batch, is_first=False)
        except Unavailable as error:
            return [error] * len(batch)
        except Exception as error:
            if len(batch) == 1:
                return [error]
            middle = len(batch) // 2
            return await self.run(batch[:middle]) + await self.run(batch[middle:])

    async def _attempt(self, batch: Sequence[C], *, is_first: bool) -> list[_Outcome[Any] | BaseException]:
        now = asyncio.get_running_loop().time()
        if self._open_optimistic is not None and is_first and now >= self._contended_until:
            try:
                return await self._once(batch, self._open_optimistic, is_first=True)
            except NeedsTransaction:
                # Nothing was changed, and nobody was in the way.
                pass
            except Conflict as error:
                if _may_be_repeated(error):
                    self._contended_until = now + _CONTENDED_S
                raise
        return await self._once(batch, self._open_uow, is_first=is_first)

    async def _once(
        self, batch: Sequence[C], open_uow: OpenUnitOfWork[Uow], *, is_first: bool
    ) -> list[_Outcome[Any] | BaseException]:
        async with open_uow() as uow:
            results: list[Any] = [None] * len(batch)
            kept = await self._kept([cmd for cmd in batch if not (is_first and cmd.request_is_new)], uow)
            first_of: dict[str, int] = {}
            fresh: list[int] = []
            for index, cmd in enumerate(batch):
                key = cmd.request
                if key is not None and key.id in kept:
                    results[index] = self._replay(kept[key.id], cmd, key)
                elif key is not None and key.id in first_of:
                    results[index] = _DuplicateRequest(first_of[key.id])
                else:
                    fresh.append(index)
                    if key is not None:
                        first_of[key.id] = index
            position = None
            if fresh:
                done = await self._handler([batch[i] for i in fresh], uow)
                for index, result in zip(fresh, done, strict=True):
                    results[index] = result
                if any(not isinstance(result, AppError) for result in done):
                    await self._keep([(batch[i], results[i]) for i in fresh], uow)
                    position = await uow.commit()
        return [self._outcome(i, batch, results, position) for i in range(len(batch))]

    async def _kept(self, batch: Sequence[C], uow: Uow) -> dict[str, IdempotentResponse]:
        keys = [cmd.request for cmd in batch if cmd.request is not None]
        return dict(await uow.idempotent_responses.find(keys)) if keys else {}

    async def _keep(self, done: Sequence[tuple[C, Any]], uow: Uow) -> None:
        answers = [
            (cmd.request, self._answers[type(cmd)].dump_json(result))
            for cmd, result in done
            if cmd.request is not None and not isinstance(result, AppError)
        ]
        if answers:
            await uow.idempotent_responses.keep(answers)

    def _replay(self, kept: IdempotentResponse, cmd: C, key: RequestKey) -> Any:
        try:
            kept.check(key)
        except AppError as error:
            return error
        return self._answers[type(cmd)].validate_json(kept.answer)

    def _outcome(
        self, index: int, batch: Sequence[C], results: list[Any], position: str | None
    ) -> _Outcome[Any] | BaseException:
        result = results[index]
        if isinstance(result, _DuplicateRequest):
            key, first = batch[index].request, batch[result.index].request
            assert key is not None
            assert first is not None
            try:
                check_same_body(first.fingerprint, key)
            except AppError as error:
                return error
            result = results[result.index]
        return result if isinstance(result, AppError) else _Outcome(result, position)


@dataclass(frozen=True, slots=True)
class _DuplicateRequest:
    """The result is that of another command of the batch, which has the same request_id."""

    index: int


def _may_be_repeated(error: BaseException) -> bool:
    return isinstance(error, Conflict) and not isinstance(error, LeaseLost)


def _raised(outcome: _Outcome[Any] | BaseException) -> _Outcome[Any]:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _answers_of(command: type) -> TypeAdapter[Any]:
    """The JSON form of what the command answers: the R of Command[R]."""
    for base in getattr(command, "__orig_bases__", ()):
        (answer, *_) = get_args(base) or (R,)
        # A bare Command has only Generic[R] to show.
        if not isinstance(answer, TypeVar):
            return _json_form(answer)
    raise TypeError(f"{command.__name__} does not say what it answers: derive it from Command[Something]")


@cache
def _json_form(answer: Any) -> TypeAdapter[Any]:
    return TypeAdapter(answer)
