"""For administrators: users, jobs, the audit, reports and exports."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from easyorder_client import Client
from easyorder_client import messages as m
from easyorder_client.messages.google.protobuf import FieldMask
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from cli import profiles
from cli.errors import REFUSED, USAGE, Fault
from cli.metadata import Pairs, metadata_of, pairs_of
from cli.options import DEFAULT_PROFILE, AsJson, Limit, ProfileName, Reason, Service, Zone
from cli.output import Columns, console, print_json, say, show, show_one, table

users = typer.Typer(invoke_without_command=True, help="List users, or change what one may do.")
jobs = typer.Typer(invoke_without_command=True, help="List durable jobs, run one now, or discard one.")
SERVICES = ("identity", "inventory", "order", "payment")
Who = Annotated[str, typer.Argument(help="The address or the id of a user.")]
JobId = Annotated[str, typer.Argument(help="The id of the job.")]
Day = Annotated[str, typer.Argument(help="Such as 2026-01-31; today without it.")]

USERS: Columns[m.User] = {
    "email": lambda user: user.email,
    "name": lambda user: user.display_name,
    "roles": lambda user: ", ".join(map(str, user.roles)),
    "disabled": lambda user: user.disabled,
    "id": lambda user: user.id,
}
USER: Columns[m.User] = {**USERS, "metadata": lambda user: pairs_of(user.metadata)}
JOBS: Columns[m.Job] = {
    "id": lambda job: job.id,
    "kind": lambda job: job.kind,
    "about": lambda job: job.key,
    "state": lambda job: job.state,
    "attempts": lambda job: job.attempts,
    "due": lambda job: job.due_time,
    "last error": lambda job: job.last_error or job.discard_reason,
}
AUDIT: Columns[m.AuditEntry] = {
    "time": lambda entry: entry.event_time,
    "actor": lambda entry: entry.actor,
    "action": lambda entry: entry.action,
    "resource": lambda entry: entry.resource,
    "outcome": lambda entry: entry.outcome,
    "address": lambda entry: entry.address,
    "detail": lambda entry: entry.detail,
}


@users.callback()
def list_users(
    context: typer.Context,
    email: Annotated[str, typer.Option("--email", help="The beginning of their address.")] = "",
    wanted: Annotated[str, typer.Option("--filter", help='AIP-160: metadata.price_list = "trade"')] = "",
    limit: Limit = 50,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """List users, oldest first."""
    if context.invoked_subcommand:
        return
    with profiles.shop(profile) as shop:
        found = shop.list_users(m.ListUsersRequest(email_prefix=email, filter=wanted, page_size=min(limit, 50)))
        show(islice(found, limit), USERS, as_json=as_json, empty="There is no such user")


@users.command("disable")
def disable_user(who: Who, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """End a user's sessions, and let the user sign in no more."""
    with profiles.shop(profile) as shop:
        show([shop.disable_user(m.DisableUserRequest(id=_id_of(shop, who)))], USERS, as_json=as_json, empty="")


@users.command("enable")
def enable_user(who: Who, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """Let a disabled user sign in again."""
    with profiles.shop(profile) as shop:
        show([shop.enable_user(m.EnableUserRequest(id=_id_of(shop, who)))], USERS, as_json=as_json, empty="")


@users.command("roles")
def set_roles(
    who: Who,
    roles: Annotated[list[str], typer.Argument(help="All roles from now on: USER, ADMIN.")],
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Replace the roles of a user."""
    try:
        wanted = [m.Role[role.upper()] for role in roles]
    except KeyError as error:
        raise Fault(f"{error.args[0]} is no role: USER, ADMIN", USAGE) from None
    with profiles.shop(profile) as shop:
        changed = shop.set_user_roles(m.SetUserRolesRequest(id=_id_of(shop, who), roles=wanted))
    show([changed], USERS, as_json=as_json, empty="")


@users.command("metadata")
def set_metadata(
    who: Who, pairs: Pairs = None, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False
) -> None:
    """Replace the metadata of a user, which the user reads; without any, it is removed."""
    metadata = metadata_of(pairs)
    with profiles.shop(profile) as shop:
        user = m.User(id=_id_of(shop, who), metadata=metadata)
        request = m.UpdateUserRequest(user=user, update_mask=FieldMask(paths=["metadata"]))
        show_one(shop.update_user(request), USER, as_json=as_json)


@jobs.callback()
def list_jobs(
    context: typer.Context,
    service: Service = "order",
    state: Annotated[str, typer.Option("--state", help="DEAD, READY, RUNNING, DONE or DISCARDED.")] = "",
    limit: Limit = 20,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """List a service's jobs: those first that an administrator must look at."""
    if context.invoked_subcommand:
        return
    try:
        only = m.JobState[state.upper()] if state else m.JobState.UNSPECIFIED
    except KeyError:
        raise Fault(f"{state} is no state: DEAD, READY, RUNNING, DONE, DISCARDED", USAGE) from None
    request = m.ListJobsRequest(service=_known(service), state=only, page_size=min(limit, 50))
    with profiles.shop(profile) as shop:
        show(islice(shop.list_jobs(request), limit), JOBS, as_json=as_json, empty=f"No such job of {service}")


@jobs.command("retry")
def retry_job(
    job_id: JobId, service: Service = "order", profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False
) -> None:
    """Run a job now."""
    with profiles.shop(profile) as shop:
        show_one(shop.retry_job(m.RetryJobRequest(service=_known(service), id=job_id)), JOBS, as_json=as_json)


@jobs.command("discard")
def discard_job(
    job_id: JobId,
    reason: Reason,
    service: Service = "order",
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Discard a job that nothing depends on."""
    request = m.DiscardJobRequest(service=_known(service), id=job_id, reason=reason)
    with profiles.shop(profile) as shop:
        show_one(shop.discard_job(request), JOBS, as_json=as_json)


def audit(
    service: Service = "order",
    action: Annotated[str, typer.Option("--action", help="A method, such as RefundOrder.")] = "",
    actor: Annotated[str, typer.Option("--actor", help="The id of a user, or such as service:order.")] = "",
    resource: Annotated[str, typer.Option("--resource", help="What was changed, such as the id of an order.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="Only what was refused.")] = False,
    limit: Limit = 20,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Show who changed what, or tried to, newest first."""
    request = m.ListAuditEntriesRequest(
        service=_known(service),
        action=action,
        actor=actor,
        resource=resource,
        failed_only=failed,
        page_size=min(limit, 50),
    )
    with profiles.shop(profile) as shop:
        found = islice(shop.list_audit_entries(request), limit)
        show(found, AUDIT, as_json=as_json, empty=f"The audit of {service} has no such entry")


def report(
    day: Day = "", time_zone: Zone = "", profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False
) -> None:
    """Show what was sold and refunded on a day."""
    with profiles.shop(profile) as shop:
        sold = shop.get_daily_report(m.GetDailyReportRequest(date=day, time_zone=time_zone))
    if as_json:
        print_json(sold.to_dict())
        return
    if not sold.currencies:
        say(f"Nothing was paid or refunded on {sold.date}")
    for currency in sold.currencies:
        most = max((hour.orders for hour in currency.hours), default=1)
        totals = [[sold.date, currency.orders, currency.units, currency.revenue, currency.refunds]]
        table(totals, ["day", "orders", "pieces", "paid", "refunded"])
        bars = [
            [f"{hour.hour:02}:00", hour.orders, hour.revenue, "█" * max(1, 30 * hour.orders // most)]
            for hour in currency.hours
        ]
        table(bars, ["hour", "orders", "paid", ""])
        table(
            [[item.sku, item.name, item.units, item.revenue] for item in currency.top_items],
            ["SKU", "name", "pieces", "paid"],
        )


def export(
    to: Annotated[str, typer.Argument(metavar="FILE", help="Where the CSV goes; - is standard output.")],
    first: Annotated[str, typer.Option("--from", help="The first day, such as 2026-01-01; else today.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; today without it.")] = "",
    time_zone: Zone = "",
    items: Annotated[bool, typer.Option("--items", help="A line for each item of each order.")] = False,
    profile: ProfileName = DEFAULT_PROFILE,
) -> None:
    """Export the orders of some days as CSV."""
    view = m.ExportOrdersView.ITEMS if items else m.ExportOrdersView.ORDERS
    request = m.ExportOrdersRequest(start_date=first, end_date=last, view=view, time_zone=time_zone)
    with profiles.shop(profile) as shop:
        if to == "-":
            _export(shop, request, sys.stdout.buffer)
            return
        # Under another name until it is whole.
        unfinished = Path(f"{to}.part")
        try:
            with unfinished.open("wb") as file:
                lines = _export(shop, request, file)
            unfinished.replace(to)
        finally:
            unfinished.unlink(missing_ok=True)
    say(f"{lines:,} {'items' if items else 'orders'} in {to}")


def _export(shop: Client, request: m.ExportOrdersRequest, file: BinaryIO) -> int:
    """Writes the export, and returns the number of its lines but the first."""
    columns = (TextColumn("Exporting"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=console(stderr=True), transient=True)
    lines = 0
    with progress if sys.stderr.isatty() else nullcontext():
        task = progress.add_task("export", total=None)
        for part in shop.export_orders(request):
            file.write(part)
            lines += part.count(b"\n")
            progress.advance(task, len(part))
    file.flush()
    return max(0, lines - 1)


def _id_of(shop: Client, who: str) -> str:
    """The id of a user whose address or id was typed. Raises Fault."""
    if "@" not in who:
        return who
    for user in shop.list_users(m.ListUsersRequest(email_prefix=who)):
        if user.email.casefold() == who.casefold():
            return user.id
    raise Fault(f"USER_NOT_FOUND: nobody has the address {who}. See: easyorder users", REFUSED)


def _known(service: str) -> str:
    if service not in SERVICES:
        raise Fault(f"{service} is no service: {', '.join(SERVICES)}", USAGE)
    return service
