"""The interceptor around every handler, unary or streaming, which is composed with each method at start-up."""

from __future__ import annotations

import asyncio
import math
import re
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from hashlib import sha512
from operator import attrgetter
from secrets import token_hex
from typing import Any

import grpc
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from easyorder.common.v1 import ErrorReason
from easyorder.google.rpc import Status
from google.protobuf.message import Message as UpbMessage
from grpc_interceptor.server import AsyncServerInterceptor

from chassis import contract
from chassis.audit import AuditWriter, entry
from chassis.auth.verifier import TokenVerifier
from chassis.background import Report, to_completion, to_nobody
from chassis.clock import Clock, SystemClock
from chassis.context import ANONYMOUS, Audience, Caller, RequestContext, current, identify, request_context
from chassis.errors import (
    AppError,
    DeadlineExceeded,
    Internal,
    InvalidArgument,
    Kind,
    PermissionDenied,
    TokenRevoked,
    Unauthenticated,
    Unavailable,
    outcome_of,
)
from chassis.grpc import metadata
from chassis.grpc.observed import observed
from chassis.grpc.status import DETAILS_KEY, to_status
from chassis.grpc.streams import OpenStreams, StreamLimits
from chassis.wire import Encoded, Malformed, codec
from foundation.addresses import LOOPBACK, client_address

log = structlog.get_logger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]
Handler = Callable[[Any, Context], Awaitable[Any]]
_CORRELATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_READS = re.compile(r"(Get|List|Watch|Subscribe|Preview)(?![a-z])")
# The reply with its error details must arrive before the caller's own deadline ends the call.
_REPLY_SHARE, _REPLY_MAX_S = 0.1, 0.1


@dataclass(kw_only=True)
class CallOptions:
    """How a server handles the calls that it accepts."""

    verifier: TokenVerifier
    # The same for all replicas of a service that has positions to encrypt.
    secret: str = field(default_factory=token_hex, repr=False)
    report: Report = to_nobody  # called with unexpected errors
    clock: Clock = field(default_factory=SystemClock)
    call_timeout_s: float = 30.0
    stream_limits: StreamLimits = field(default_factory=StreamLimits)
    limiter: Callable[[RequestContext], None] = lambda call: None  # raises RateLimited
    trusted_proxies: str = LOOPBACK  # the proxies whose client address header is trusted


class CallInterceptor(AsyncServerInterceptor):
    """The steps, outermost first: context, errors, telemetry, deadline, authentication, permission, rate limits,
    streams, messages, audit.

    A streaming handler writes its messages itself and returns at the end, so that each step encloses a whole stream.
    """

    def __init__(self, options: CallOptions, audit: AuditWriter) -> None:
        self._options, self._audit = options, audit
        self.streams = OpenStreams(options.stream_limits, options.clock)
        # Of the numbers of transactions, which would tell callers how busy the shop is (ADR 0044).
        self._positions = AESSIV(sha512(f"position {options.secret}".encode()).digest())

    def around(self, handler: Handler, method: contract.Method) -> Handler:
        """The handler inside all steps. grpc.aio runs a coroutine function in its loop, anything else in a thread."""
        return partial(self.intercept, handler, method_name=method.full_name)

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        """Takes and returns bytes. The request is parsed only after the caller is permitted."""
        called = contract.methods()[method_name]
        incoming = metadata.by_name(tuple(context.invocation_metadata() or ()))
        metadata.incoming.set(incoming)
        with request_context(self._context(called, context, incoming)) as request:
            context.set_trailing_metadata(((metadata.CORRELATION_ID, request.correlation_id),))
            try:
                with observed(called, incoming):
                    return await self._in_time(called, method, request_or_iterator, context)
            except Exception as error:
                may_leave = contract.is_internal(called.service) or outcome_of(error) in ErrorReason.__members__
                known = error if isinstance(error, AppError) and may_leave else self._unexpected(error)
                await abort(context, known, called.http)

    def _context(self, called: contract.Method, context: Context, incoming: Mapping[str, Any]) -> RequestContext:
        correlation_id = incoming.get(metadata.CORRELATION_ID, "")
        forwarded = incoming.get(metadata.CLIENT_ADDRESS, "")
        left_s: float | None = context.time_remaining()
        # JSON calls have no gRPC timeout, but Envoy sends how long it waits.
        envoy_ms = incoming.get(metadata.ENVOY_TIMEOUT_MS, "")
        if left_s is None and re.fullmatch("[1-9][0-9]{0,9}", envoy_ms):
            left_s = int(envoy_ms) / 1000
        if left_s is None and not called.server_streaming:
            left_s = self._options.call_timeout_s
        deadline = None
        if left_s is not None:
            deadline = asyncio.get_running_loop().time() + left_s - min(left_s * _REPLY_SHARE, _REPLY_MAX_S)
        return RequestContext(
            correlation_id=correlation_id if _CORRELATION_ID.fullmatch(correlation_id) else uuid.uuid4().hex,
            method=called.full_name,
            address=client_address(context.peer(), forwarded, self._options.trusted_proxies),
            deadline=deadline,
            position=self._position(incoming.get(metadata.POSITION)),
        )

    def _position(self, sent: str | None) -> str | None:
        """The position that was encrypted; None, so that no reader waits, for any other text."""
        with suppress(ValueError, InvalidTag):
            return self._positions.decrypt(urlsafe_b64decode(sent), None).decode() if sent else None
        return None

    def _unexpected(self, error: Exception) -> AppError:
        """Logs and records the exception; the caller gets the correlation id but no text of the exception."""
        log.error("unexpected error", exc_info=error)
        self._options.report((request := current()).method, error)
        return Internal(
            f"something went wrong here; report it with the correlation id {request.correlation_id}",
            metadata={"correlationId": request.correlation_id},
        )

    async def _in_time(self, called: contract.Method, handler: Handler, data: bytes, context: Context) -> Any:
        """Cancels the inner steps at the deadline; database work runs to completion."""
        limit = asyncio.timeout_at(current().deadline)
        try:
            async with limit:
                try:
                    await self._authenticate(called)
                    _permit(called)
                except AppError as error:
                    self._note(called, "" if current().caller is ANONYMOUS else _named(called, data), outcome_of(error))
                    raise
                self._options.limiter(current())
                if not called.server_streaming:
                    return await self._serve(called, handler, data, context)
                with self.streams.one_more(current(), limit):
                    return await self._serve(called, handler, data, context)
        except TimeoutError:
            if not limit.expired():
                raise
            raise DeadlineExceeded("the time for this call is up; whether it took effect is not known") from None

    async def _authenticate(self, called: contract.Method) -> None:
        """Identifies the caller by the bearer token only; without a token the caller is anonymous."""
        incoming, caller = metadata.incoming.get(), None
        if (authorization := incoming.get(metadata.AUTHORIZATION)) is None:
            return
        try:
            token = bearer_token(authorization)
            caller, user, user_token = await self._options.verifier.verify(token), None, token
            if caller.is_service and (user_token := incoming.get(metadata.ON_BEHALF_OF, "")):
                user = await self._user(user_token)
        except AppError as error:
            # An invalid token is rejected; on public methods it is ignored.
            if Audience.PUBLIC not in called.access.allow:
                if caller is None and isinstance(error, TokenRevoked) and error.caller:
                    # The audit says whose token it was, which permits nothing.
                    identify(replace(error.caller, audiences=ANONYMOUS.audiences))
                raise
        else:
            # A stream may have a ticket in place of the token, and calls no other service.
            identify(caller, user=user, user_token="" if called.server_streaming else user_token)

    async def _user(self, token: str) -> Caller:
        """The user for whom a service calls. Their token may expire meanwhile, but not be revoked."""
        user = await self._options.verifier.verify(token, grace_s=self._options.call_timeout_s)
        if not user.is_person:
            raise Unauthenticated("a service calls for a user or for itself")
        return user

    async def _serve(self, called: contract.Method, handler: Handler, data: bytes, context: Context) -> bytes | None:
        try:
            request = codec(called.request).parse(data)
        except Malformed as error:
            raise InvalidArgument(str(error)) from error
        work = self._audited(called, handler, request, context)
        # Nobody hides what an administrator has changed by leaving before it is done.
        in_full = current().caller.is_admin and not called.server_streaming
        reply = await (to_completion(work) if in_full else work)
        if called.server_streaming:
            return None
        position = (headers := current().reply_headers).pop(metadata.POSITION, "")
        # Only for those who ask for it: headers before the reply cost gRPC a twentieth of the whole call.
        if position and metadata.POSITION in metadata.incoming.get():
            headers[metadata.POSITION] = urlsafe_b64encode(self._positions.encrypt(position.encode(), None)).decode()
        reply_data = bytes(reply) if isinstance(reply, Encoded) else codec(called.response).encode(reply)
        await send_reply_headers(context)
        return reply_data

    async def _audited(self, called: contract.Method, handler: Handler, request: UpbMessage, context: Context) -> Any:
        """Audits attempted changes and their outcome, written in the background. Reads that are permitted are not."""
        outcome, reply = "CANCELLED", None
        # Before the check, which clears what is invalid.
        named = _ids_in(called, request)
        try:
            reply = await handler(request, context)
            outcome = "OK"
            return reply
        except Exception as error:
            outcome = outcome_of(error)
            raise
        finally:
            if not _READS.match(called.name):
                about = current().audit_resource or [str(getattr(reply, "id", ""))]
                self._note(called, named or "/".join(about), outcome)

    def _note(self, called: contract.Method, resource: str, outcome: str) -> None:
        self._audit.add(entry(called.name, resource, outcome=outcome, at=self._options.clock.now()))


def bearer_token(authorization: str) -> str:
    """The token in the value of this header. Raises Unauthenticated."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("send the access token as `authorization: Bearer …`")
    return token


def no_token() -> Unauthenticated:
    return Unauthenticated("this needs an access token; log in first")


def _permit(called: contract.Method) -> None:
    """Enforces (easyorder.auth.v1.access). Ownership is enforced later, in SQL: administrators pass it where listed."""
    caller = current().caller
    is_another_service = caller.is_service and caller.id.removeprefix("service:") not in called.access.services
    if caller.audiences.isdisjoint(called.access.allow - ({Audience.SERVICE} if is_another_service else set())):
        if caller is ANONYMOUS:
            raise no_token()
        raise PermissionDenied("this is not for you")
    if called.access.owned and caller.is_admin and Audience.ADMIN not in called.access.allow:
        identify(replace(caller, audiences=caller.audiences - {Audience.ADMIN}))


def _named(called: contract.Method, data: bytes) -> str:
    """What a refused call is about, if that can be read."""
    try:
        return _ids_in(called, codec(called.request).parse(data))
    except Malformed:
        return ""


def _ids_in(called: contract.Method, request: UpbMessage) -> str:
    return "/".join(str(read(request)) for read in _ids(called.full_name))


@cache
def _ids(method_name: str) -> tuple[Callable[[UpbMessage], object], ...]:
    """Getters for the ids in the method's HTTP path from a request. The id of a new resource is in the reply."""
    called = contract.methods()[method_name]
    named = re.findall(r"\{([\w.]+)", called.http[0].path) if called.http else ["order_id", "transaction_id"]
    fields = contract.descriptor_of(called.request).fields_by_name
    return tuple(attrgetter(name) for name in named if name.partition(".")[0] in fields)


async def send_reply_headers(context: Context) -> None:
    """Sends the headers that the handler set, before the first message. Services of the mesh do not read them."""
    if (headers := current().reply_headers) and not current().caller.is_service:
        await context.send_initial_metadata(tuple(headers.items()))
        headers.clear()


async def abort(context: Context, error: AppError, http: Sequence[contract.HttpBinding] = ()) -> None:
    """Ends the call with the error and its details; `http` are the paths of the method."""
    body = http[0].body if http and metadata.JSON_PATH in metadata.incoming.get() else ""
    log.info("refused", reason=error.reason, message=error.message)
    trailing: tuple[tuple[str, str | bytes], ...] = (
        (metadata.CORRELATION_ID, current().correlation_id),
        (DETAILS_KEY, codec(Status).encode(to_status(error, body))),
    )
    if error.retry_after_s is not None:
        trailing += (("retry-after", str(math.ceil(error.retry_after_s))),)
    if error.kind is Kind.UNAVAILABLE and not isinstance(error, Unavailable):
        # Prevents retries by the client: a service that raises its own UNAVAILABLE error may count attempts.
        trailing += ((metadata.RETRY_PUSHBACK_MS, "-1"),)
    await context.abort(grpc.StatusCode[error.kind.name], error.message, trailing)
