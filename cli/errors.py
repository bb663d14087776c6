"""What a command ends with: one line on standard error, and an exit code that scripts can go by."""

from __future__ import annotations

from easyorder_client import EasyOrderError, errors

FAILED = 1
USAGE = 2  # as of most commands, and of typer
NOT_ALLOWED = 3
REFUSED = 4
UNREACHABLE = 5
INTERRUPTED = 130


class Fault(Exception):
    """A command cannot do what it was asked; the message says why, and what to do."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def exit_code_of(error: EasyOrderError) -> int:
    match error:
        case errors.Unauthenticated() | errors.PermissionDenied():
            return NOT_ALLOWED
        case errors.Unavailable() | errors.DeadlineExceeded():
            return UNREACHABLE
        case errors.Internal():
            return FAILED
    return REFUSED


def line_of(error: EasyOrderError, url: str) -> str:
    """The reason, the message, and what to do where the message cannot say it."""
    unsaid = [fault for fault in error.violations if fault.description not in error.message]
    faults = "; ".join(f"{fault.field}: {fault.description}" for fault in unsaid)
    text = f"{error.reason}: {error.message}" + (f" ({faults})" if faults else "")
    match error:
        case errors.Unauthenticated(reason="WRONG_PASSWORD"):
            return text
        case errors.Unauthenticated():
            return f"{text}. Sign in with: easyorder login"
        case errors.Unavailable() if not error.metadata:
            why = error.message.rpartition("remote host: ")[2]
            return f"{error.reason}: the shop at {url} cannot be reached ({why}). See: easyorder doctor"
    return text
