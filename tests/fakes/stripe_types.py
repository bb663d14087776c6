"""What Stripe's API takes and answers, as the types of Stripe's own package have it, which are made from its OpenAPI.

A form or a reply that does not fit raises Misfit. Where Stripe names the values of a field one by one, it has to be one
of them, although the package lets newer ones pass. What is left out has to be optional.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NoReturn, NotRequired, Union, get_args, get_origin, get_type_hints

import stripe
import stripe.params

Json = dict[str, Any]
Kind = Any


class Misfit(AssertionError):
    """Where, and what is wrong there."""


# By method and path, the form and what answers it: what the adapter uses. `{id}` stands for any id.
CALLS: Mapping[str, tuple[Kind, Kind]] = {
    "POST /v1/payment_intents": (stripe.params.PaymentIntentCreateParams, stripe.PaymentIntent),
    "GET /v1/payment_intents/{id}": (stripe.params.PaymentIntentRetrieveParams, stripe.PaymentIntent),
    "POST /v1/payment_intents/{id}/confirm": (stripe.params.PaymentIntentConfirmParams, stripe.PaymentIntent),
    "POST /v1/payment_intents/{id}/cancel": (stripe.params.PaymentIntentCancelParams, stripe.PaymentIntent),
    "POST /v1/refunds": (stripe.params.RefundCreateParams, stripe.Refund),
    "GET /v1/refunds/{id}": (stripe.params.RefundRetrieveParams, stripe.Refund),
    "GET /v1/refunds": (stripe.params.RefundListParams, stripe.ListObject[stripe.Refund]),
    "GET /v1/charges": (stripe.params.ChargeListParams, stripe.ListObject[stripe.Charge]),
    "GET /v1/disputes/{id}": (stripe.params.DisputeRetrieveParams, stripe.Dispute),
}
RESOURCES: Mapping[str, Kind] = {
    "payment_intent": stripe.PaymentIntent,
    "refund": stripe.Refund,
    "charge": stripe.Charge,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
}
# The package sends them as headers, or not at all.
_NOT_IN_FORMS = stripe.RequestOptions.__annotations__.keys()
_TEXTS = {"true": True, "false": False}


def check_call(verb: str, path: str, form: Json) -> None:
    """Raises Misfit unless Stripe has such a call with such a form, whose values are texts."""
    _Check(texts=True).one(form, _call(verb, path)[0], f"{verb} {path}")


def check_reply(verb: str, path: str, reply: Json) -> None:
    """Raises Misfit unless this can be what Stripe answers when it has done what was asked."""
    _Check().one(reply, _call(verb, path)[1], f"{verb} {path}")


def check_error(error: Json) -> None:
    """Raises Misfit unless this can be what Stripe says is wrong."""
    _Check().one(error, stripe.ErrorObject, "error")
    # The same of a payment names its kinds and codes.
    for name, kind in _fields(stripe.PaymentIntent.LastPaymentError).items():
        if name in ("type", "code") and name in error:
            _Check().one(error[name], kind, f"error.{name}")


def check_resource(thing: Json) -> None:
    """Raises Misfit unless this can be a resource of Stripe, whose `object` names it."""
    _Check().one(thing, RESOURCES[thing["object"]], thing["object"])


def _call(verb: str, path: str) -> tuple[Kind, Kind]:
    version, name, *more = path.strip("/").split("/")
    if more:
        more[0] = "{id}"
    called = f"{verb} /{'/'.join([version, name, *more])}"
    return CALLS[called] if called in CALLS else _misfit(called, "the package of Stripe has no such call here")


@dataclass(frozen=True)
class _Check:
    # Forms have numbers and truth values as texts.
    texts: bool = False

    def one(self, value: Any, kind: Kind, at: str) -> None:
        origin: Any = get_origin(kind)
        if kind is Any:
            return
        if origin in (Union, types.UnionType):
            self._any_of(value, kind, at)
        elif origin is Literal:
            if value not in get_args(kind):
                _misfit(at, f"{value!r} is none of {', '.join(map(str, get_args(kind)))}")
        elif origin is list:
            for number, item in enumerate(_a(list, value, at)):
                self.one(item, get_args(kind)[0], f"{at}[{number}]")
        elif origin is stripe.ListObject:
            listed = {**_fields(stripe.ListObject), "data": list[get_args(kind)[0]], "object": Literal["list"]}  # type: ignore[misc]
            self._fields(_a(dict, value, at), listed, at)
        elif origin is not None or kind is dict:
            for name, item in _a(dict, value, at).items():
                self.one(item, get_args(kind)[-1], f"{at}.{name}")
        elif kind in (str, int, bool, float, types.NoneType):
            self._plain(value, kind, at)
        else:
            self._fields(_a(dict, value, at), _fields(kind), at)

    def _any_of(self, value: Any, kind: Kind, at: str) -> None:
        kinds = set(get_args(kind))
        if any(_is_a(Literal, one) for one in kinds):
            kinds -= {str}
        if value is not None:
            kinds -= {types.NoneType}
        whys = []
        for one in sorted(kinds, key=str):
            try:
                return self.one(value, one, at)
            except Misfit as misfit:
                whys.append(str(misfit))
        raise Misfit(max(whys, key=len))

    def _plain(self, value: Any, kind: type, at: str) -> None:
        if self.texts and kind is bool:
            value = _TEXTS.get(value, value)
        if self.texts and kind is int and str(value).isdecimal():
            value = int(value)
        # A truth value is an integer to Python only.
        if type(value) is not kind:
            _misfit(at, f"{value!r} is no {kind.__name__}")

    def _fields(self, value: Json, fields: Mapping[str, Kind], at: str) -> None:
        if unknown := value.keys() - fields.keys():
            _misfit(at, f"it has no {', '.join(sorted(unknown))}")
        if missing := {name for name, kind in fields.items() if not _is_optional(kind)} - value.keys():
            _misfit(at, f"{', '.join(sorted(missing))} is missing")
        for name, item in value.items():
            kind = fields[name]
            self.one(item, get_args(kind)[0] if _is_a(NotRequired, kind) else kind, f"{at}.{name}")


def _a(kind: type, value: Any, at: str) -> Any:
    return value if isinstance(value, kind) else _misfit(at, f"{value!r} is no {kind.__name__}")


def _is_a(form: Any, kind: Kind) -> bool:
    """Whether the kind is of this special form."""
    return bool(get_origin(kind) is form)


def _is_optional(kind: Kind) -> bool:
    return _is_a(NotRequired, kind) or types.NoneType in get_args(kind)


@cache
def _fields(kind: Kind) -> Mapping[str, Kind]:
    found = get_type_hints(kind, localns=_Names(), include_extras=True)
    hidden = _NOT_IN_FORMS if hasattr(kind, "__required_keys__") else {"OBJECT_NAME"}
    return {name: of for name, of in found.items() if name not in hidden and not name.startswith("_")}


class _Names(dict[str, Any]):
    """Modules of the package name the resources of others that they do not import."""

    def __missing__(self, name: str) -> Any:
        name = name.removesuffix("Resource")  # CardResource is Card
        for module in (stripe, typing):
            if hasattr(module, name):
                return getattr(module, name)
        raise KeyError(name)


def _misfit(at: str, why: str) -> NoReturn:
    raise Misfit(f"{at}: {why}")
