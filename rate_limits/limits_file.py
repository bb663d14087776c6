"""The file of rate limits: who may call which methods how often. Mistakes in it are reported by place."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from chassis import contract
from chassis.context import Audience
from chassis.contract import Method

DEFAULT_FILE = Path(__file__).with_name("default.yaml")
ALL, STREAMS = "*", "streams"
_PERIODS_S: Mapping[str, int] = MappingProxyType({"second": 1, "minute": 60, "hour": 3600, "day": 86_400})
Period: TypeAlias = Literal["second", "minute", "hour", "day"]


def _known(written: str) -> str:
    if written not in (ALL, STREAMS) and not _meant(written):
        raise ValueError(
            f"{written!r} is no method of the contract: write package.Service/Method, package.Service/*, streams or *"
        )
    return written


def _meant(written: str) -> list[Method]:
    """The methods, callable from outside, that one entry of `methods` names."""
    service, _, name = written.partition("/")
    callable_ones = [method for method in contract.methods().values() if method.access.allow - {Audience.SERVICE}]
    if written == ALL:
        return callable_ones
    if written == STREAMS:
        return [method for method in callable_ones if method.server_streaming]
    return [method for method in callable_ones if method.service == service and name in (ALL, method.name)]


class RateLimit(BaseModel):
    """At most `requests` at once, and as many in each `period`, for each user or address, or for all callers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(pattern="^[a-z0-9-]{1,40}$")]
    by: Literal["user", "address", "route"]
    requests: int = Field(ge=1, le=1_000_000_000)
    period: Period
    # Counted together by all Envoys and services, instead of by each.
    shared: bool = False
    methods: tuple[Annotated[str, AfterValidator(_known)], ...] = Field(min_length=1)

    @property
    def period_s(self) -> int:
        return _PERIODS_S[self.period]

    @property
    def token_s(self) -> float:
        """The time in which one more request becomes possible."""
        return self.period_s / self.requests

    @cached_property
    def covered(self) -> tuple[Method, ...]:
        """The methods of the contract, each once."""
        return tuple({one.full_name: one for written in self.methods for one in _meant(written)}.values())


class RateLimits(BaseModel):
    """The content of the file. `shared_timeout_ms` is how long a call waits for the shared counters, at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: tuple[RateLimit, ...] = Field(default=(), max_length=50)
    shared_timeout_ms: int = Field(default=100, ge=1, le=5_000)

    @model_validator(mode="after")
    def _names_differ(self) -> RateLimits:
        names = [limit.name for limit in self.limits]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two limits have the name {twice[0]}")
        return self


@cache
def read_rate_limits(file: Path | None) -> RateLimits:
    """The limits of the file, or the default ones. Ends the process with one line that lists the mistakes."""
    file = file or DEFAULT_FILE
    try:
        return RateLimits.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except OSError as error:
        found = f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        found = "is not UTF-8"
    except yaml.YAMLError as error:
        found = f"is not YAML: {' '.join(str(error).split())}"
    except ValidationError as error:
        found = "; ".join(_fault(*fault["loc"], fault["msg"]) for fault in error.errors())
    sys.exit(f"EASYORDER_RATE_LIMITS_FILE: {file}: {found}")


def _fault(*parts: str | int) -> str:
    """`limits[0].requests must be greater than or equal to 1`."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts[:-1]).lstrip(".")
    return f"{place} {str(parts[-1]).removeprefix('Value error, ').replace('Input should be', 'must be')}".strip()
