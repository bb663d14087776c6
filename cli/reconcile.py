"""Orders, stock and payments of the mesh on this machine, compared and mended after a restore."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import FAILED, UNREACHABLE, Fault
from cli.options import AsJson
from cli.output import console, print_json, say, table

if TYPE_CHECKING:
    from order_svc.config import OrderSettings
    from order_svc.reconciliation.reconciler import Finding, Progress


def reconcile(
    apply: Annotated[bool, typer.Option("--apply", help="Mend what is found; without it, nothing changes.")] = False,
    settle_s: Annotated[
        float, typer.Option("--settle", min=0, help="Seconds until the second look, which decides.")
    ] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Find what orders, stock and payments disagree about, after their databases were restored to different moments.

    Runs on the machine of the mesh, with the variables of order_svc, while the mesh runs. Ends with 1 if something
    differs that was not mended.
    """
    from asyncpg import PostgresError
    from sqlalchemy.exc import SQLAlchemyError

    from chassis.errors import AppError

    status = console(stderr=True).status("Comparing orders, stock and payments")
    try:
        with status if console(stderr=True).is_terminal else nullcontext():
            found = asyncio.run(
                _run(apply, settle_s, lambda what, count: status.update(f"Comparing: {count:,} {what}"))
            )
    except (AppError, OSError, SQLAlchemyError, PostgresError) as error:
        first = str(error).partition("\n")[0]
        raise Fault(f"the mesh cannot be compared ({first}). See: easyorder doctor", UNREACHABLE) from error
    _show(found, applied=apply, as_json=as_json)
    if any(not finding["mended"] for finding in found):
        raise typer.Exit(FAILED)


async def _run(apply: bool, settle_s: float, progress: Progress) -> list[dict[str, object]]:
    from order_svc.reconciliation.bootstrap import reconciliation
    from order_svc.reconciliation.domain.differences import MEANINGS

    async with reconciliation(_settings(), settle_s=settle_s) as (reconciler, ids):
        findings = await reconciler.run(apply=apply, progress=progress)

    def shown(finding: Finding) -> dict[str, object]:
        difference = finding.difference
        is_, remedy = MEANINGS[difference.kind]
        return {
            "kind": difference.kind.value,
            "order": ids.of_order(difference.order_id),
            "number": difference.order_id,
            "transaction": difference.transaction_id,
            "amount": "" if difference.amount is None else f"{difference.amount} {difference.currency}",
            "what": is_,
            "remedy": remedy,
            "mended": finding.is_mended,
            "error": finding.error,
        }

    return [shown(finding) for finding in findings]


def _settings() -> OrderSettings:
    from chassis.settings import from_environment
    from order_svc.config import OrderSettings

    settings = from_environment(OrderSettings)
    kept = settings.data_dir / "tls"
    if settings.tls_dir is None and (kept / "order.pem").exists():
        # That of `make up`, which tells its processes.
        settings = settings.model_copy(update={"tls_dir": kept})
    return settings


def _show(found: list[dict[str, object]], *, applied: bool, as_json: bool) -> None:
    if as_json:
        print_json(found)
    elif found:
        columns = ["kind", "order", "amount", "what", "remedy"]
        outcome = [[one["error"] or "mended"] for one in found] if applied else [[] for _ in found]
        rows = [[one[name] for name in columns] + end for one, end in zip(found, outcome, strict=True)]
        table(rows, [*columns, "outcome"] if applied else columns)
    mended = sum(bool(one["mended"]) for one in found)
    if not found:
        say("Orders, stock and payments agree")
    elif applied:
        say(f"{mended} mended, {len(found) - mended} not; run it again until nothing is found")
    else:
        say(f"{len(found)} differ, and nothing was changed: --apply mends them")
