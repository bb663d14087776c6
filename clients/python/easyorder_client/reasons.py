"""Generated from proto/ by proto/python_client.py: run `make gen`, do not edit."""

from __future__ import annotations

from easyorder_client import errors


class RequestIdRequired(errors.InvalidArgument):
    """The call has no request_id, and would take effect twice if it were repeated. Send one, or the header
    Idempotency-Key."""


class RequestIdReused(errors.InvalidArgument):
    """The request_id was used before with another request. Use a new one for a new request."""


class RequestIdExpired(errors.FailedPrecondition):
    """A request with this request_id was executed more than 7 days ago, and its response is no longer kept. Read what
    it changed; for another request, use a new request_id."""


class PayloadTooLarge(errors.InvalidArgument):
    """The body or the headers are too large. Send less."""


class UnsupportedMediaType(errors.InvalidArgument):
    """The body is encoded in a way that is not supported. Send it without content-encoding."""


class MethodNotAllowed(errors.Unimplemented):
    """The path does not support this HTTP verb. The header Allow lists those that it supports."""


class TokenExpired(errors.Unauthenticated):
    """The access token has expired. Refresh it, or log in again."""


class EtagMismatch(errors.Aborted):
    """The resource has changed since it was read: `etag` is its present one. Read it again, then decide."""


class Conflict(errors.Aborted):
    """Another request changed the same thing at the same time. Repeat the call."""


class Locked(errors.Unavailable):
    """Another request holds what the call needs. Repeat the call after the delay in RetryInfo."""


class RateLimited(errors.ResourceExhausted):
    """There are too many requests. Repeat the call after the delay in RetryInfo."""


class TooManyStreams(errors.ResourceExhausted):
    """The caller, or everybody together, has too many open streams. Close one, or try again later."""


class SubscriberTooSlow(errors.ResourceExhausted):
    """The stream was read too slowly. Connect again and resume after the last message."""


class EmailTaken(errors.AlreadyExists):
    """A user with this email address exists. Log in, or register another address."""


class WeakPassword(errors.InvalidArgument):
    """The password is too short or too easy to guess; BadRequest says why. Choose another one."""


class AccountLocked(errors.ResourceExhausted):
    """There were too many failed logins with this address. Try again after the delay in RetryInfo, or where you have signed in
    before."""


class UserNotFound(errors.NotFound):
    """There is no such user."""


class ProductNotFound(errors.NotFound):
    """There is no such product, or it was deleted."""


class ProductNotDeleted(errors.AlreadyExists):
    """The product is not deleted, so it cannot be undeleted."""


class ProductItemNotFound(errors.NotFound):
    """No item with this id can be ordered: it never existed, or its product was deleted."""


class SkuTaken(errors.AlreadyExists):
    """Another item, perhaps a deleted one, has this SKU. BadRequest names each such SKU; the metadata is about the first, and
    the product that has it. Choose another SKU."""


class PageTooLarge(errors.FailedPrecondition):
    """The products of this page are too large for one reply. Ask for a smaller page."""


class OutOfStock(errors.FailedPrecondition):
    """There are not enough pieces of an item, in stock or to be backordered. BadRequest names each line that is short;
    the metadata is about the first of them. Order less."""


class IncentiveInvalid(errors.FailedPrecondition):
    """A code, or the loyalty points, cannot be used for this order. BadRequest names each of them with why; the metadata
    is about the first, and its code is empty for the points. Leave them out."""


class IncentiveNotFound(errors.NotFound):
    """There is no such incentive."""


class CodeTaken(errors.AlreadyExists):
    """Another incentive has this code. Choose another one."""


class OrderNotFound(errors.NotFound):
    """There is no such order, or it is neither the caller's own nor for a team of the caller."""


class IllegalTransition(errors.FailedPrecondition):
    """The order cannot change from its status to the requested one. Both are named as in OrderStatus."""


class RefundExceedsCharge(errors.FailedPrecondition):
    """The refund is larger than what remains of the charge. Refund at most `remaining`."""


class EventsPurged(errors.FailedPrecondition):
    """The events after this position are no longer kept. Open the stream without it."""


class TooManyExports(errors.ResourceExhausted):
    """Too many exports run at the same time. Try again later."""


class ExportTooSlow(errors.DeadlineExceeded):
    """The export was read too slowly. Export fewer days at once, or read faster."""


class SignatureInvalid(errors.InvalidArgument):
    """The signature does not prove that the message is from the payment provider."""


class WebhookNotOffered(errors.NotFound):
    """The payment provider in use sends no messages, or the secret to verify them is not configured."""


class JobNotFound(errors.NotFound):
    """There is no such job."""


class JobRunning(errors.FailedPrecondition):
    """The job is being run. Wait until it has ended."""


class JobDone(errors.FailedPrecondition):
    """The job is done, and cannot be discarded."""


class JobDiscarded(errors.FailedPrecondition):
    """The job was discarded and can never run again: what it needs was erased, or another job replaced it."""


class JobNotDiscardable(errors.FailedPrecondition):
    """Jobs of this kind cannot be discarded. The message says what to do instead."""


class SessionNotFound(errors.NotFound):
    """There is no such session, or it is not the caller's own. It may have ended."""


class WrongPassword(errors.Unauthenticated):
    """The current password is wrong. Send it again; the access token is valid."""


class LastAdministrator(errors.FailedPrecondition):
    """Nobody would be left who runs the shop. Make somebody else an administrator first."""


class MailedTokenInvalid(errors.FailedPrecondition):
    """The token from the mail is unknown, was used, or has expired, or what it is about has changed. Ask for another mail."""


class MailNotConfigured(errors.FailedPrecondition):
    """The shop has no mail server. Ask an administrator."""


class TokenRevoked(errors.Unauthenticated):
    """The session of the access token has ended, or its user has lost a role or a team. Refresh it; if that fails, log in."""


class TeamNotFound(errors.NotFound):
    """There is no such team, or the caller is no member of it. Whoever has just become one refreshes the access token."""


class TeamFull(errors.FailedPrecondition):
    """The team has as many members as it may have. Remove one first."""


class TooManyTeams(errors.FailedPrecondition):
    """The user is in as many teams as a user may be. Remove the user from another one first."""


class TooManyRefunds(errors.FailedPrecondition):
    """The order has had as many refunds as an order may have. Refund all that remains, without an amount or items."""


class WebhookNotFound(errors.NotFound):
    """There is no such webhook."""


class TooManyWebhooks(errors.FailedPrecondition):
    """The shop has as many webhooks as it may have. Delete one first."""


class WebhookDisabled(errors.FailedPrecondition):
    """The webhook is disabled, and gets nothing. Enable it first."""


class WebhookDeliveryNotFound(errors.NotFound):
    """There is no such delivery of the webhook, or it is no longer kept."""


BY_REASON: dict[str, type[errors.EasyOrderError]] = {
    "INVALID_ARGUMENT": errors.InvalidArgument,
    "REQUEST_ID_REQUIRED": RequestIdRequired,
    "REQUEST_ID_REUSED": RequestIdReused,
    "REQUEST_ID_EXPIRED": RequestIdExpired,
    "PAYLOAD_TOO_LARGE": PayloadTooLarge,
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType,
    "NOT_FOUND": errors.NotFound,
    "METHOD_NOT_ALLOWED": MethodNotAllowed,
    "UNIMPLEMENTED": errors.Unimplemented,
    "UNAUTHENTICATED": errors.Unauthenticated,
    "TOKEN_EXPIRED": TokenExpired,
    "PERMISSION_DENIED": errors.PermissionDenied,
    "ETAG_MISMATCH": EtagMismatch,
    "CONFLICT": Conflict,
    "LOCKED": Locked,
    "RATE_LIMITED": RateLimited,
    "TOO_MANY_STREAMS": TooManyStreams,
    "SUBSCRIBER_TOO_SLOW": SubscriberTooSlow,
    "DEADLINE_EXCEEDED": errors.DeadlineExceeded,
    "UNAVAILABLE": errors.Unavailable,
    "INTERNAL": errors.Internal,
    "EMAIL_TAKEN": EmailTaken,
    "WEAK_PASSWORD": WeakPassword,
    "ACCOUNT_LOCKED": AccountLocked,
    "USER_NOT_FOUND": UserNotFound,
    "PRODUCT_NOT_FOUND": ProductNotFound,
    "PRODUCT_NOT_DELETED": ProductNotDeleted,
    "PRODUCT_ITEM_NOT_FOUND": ProductItemNotFound,
    "SKU_TAKEN": SkuTaken,
    "PAGE_TOO_LARGE": PageTooLarge,
    "OUT_OF_STOCK": OutOfStock,
    "INCENTIVE_INVALID": IncentiveInvalid,
    "INCENTIVE_NOT_FOUND": IncentiveNotFound,
    "CODE_TAKEN": CodeTaken,
    "ORDER_NOT_FOUND": OrderNotFound,
    "ILLEGAL_TRANSITION": IllegalTransition,
    "REFUND_EXCEEDS_CHARGE": RefundExceedsCharge,
    "EVENTS_PURGED": EventsPurged,
    "TOO_MANY_EXPORTS": TooManyExports,
    "EXPORT_TOO_SLOW": ExportTooSlow,
    "SIGNATURE_INVALID": SignatureInvalid,
    "WEBHOOK_NOT_OFFERED": WebhookNotOffered,
    "JOB_NOT_FOUND": JobNotFound,
    "JOB_RUNNING": JobRunning,
    "JOB_DONE": JobDone,
    "JOB_DISCARDED": JobDiscarded,
    "JOB_NOT_DISCARDABLE": JobNotDiscardable,
    "SESSION_NOT_FOUND": SessionNotFound,
    "WRONG_PASSWORD": WrongPassword,
    "LAST_ADMINISTRATOR": LastAdministrator,
    "MAILED_TOKEN_INVALID": MailedTokenInvalid,
    "MAIL_NOT_CONFIGURED": MailNotConfigured,
    "TOKEN_REVOKED": TokenRevoked,
    "TEAM_NOT_FOUND": TeamNotFound,
    "TEAM_FULL": TeamFull,
    "TOO_MANY_TEAMS": TooManyTeams,
    "TOO_MANY_REFUNDS": TooManyRefunds,
    "WEBHOOK_NOT_FOUND": WebhookNotFound,
    "TOO_MANY_WEBHOOKS": TooManyWebhooks,
    "WEBHOOK_DISABLED": WebhookDisabled,
    "WEBHOOK_DELIVERY_NOT_FOUND": WebhookDeliveryNotFound,
}
