"""`easyorder`: buys, sells and operates an EasyOrder shop from a terminal.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not signed in or not allowed, 4 refused by the shop, 5 the shop cannot be
reached, 130 interrupted.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup

from cli import (
    account,
    archive,
    catalogue,
    doctor,
    mesh,
    operators,
    order_actions,
    orders,
    payments,
    reconcile,
    webhooks,
)
from cli.errors import FAILED, INTERRUPTED, Fault
from cli.output import say

CODES = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not signed in or not allowed, 4 refused by the shop, "
    "5 the shop cannot be reached, 130 interrupted."
)


class Commands(TyperGroup):
    """Ends with one line and an exit code where a command cannot do what it was asked."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Fault as fault:
            say(fault)
            raise typer.Exit(fault.exit_code) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read the output has ended
                raise
            say(error)
            raise typer.Exit(FAILED) from None


app = typer.Typer(
    cls=Commands,
    name="easyorder",
    help="Buys, sells and operates an EasyOrder shop from a terminal.",
    epilog=CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS: tuple[Callable[..., None], ...] = (
    account.login,
    account.register,
    account.logout,
    account.whoami,
    orders.order,
    orders.watch,
    order_actions.pay,
    order_actions.ship,
    order_actions.deliver,
    order_actions.cancel,
    order_actions.refund,
    operators.audit,
    operators.report,
    operators.export,
    mesh.up,
    mesh.demo,
    mesh.rebuild,
    reconcile.reconcile,
    archive.archive,
    doctor.doctor,
)
for command in COMMANDS:
    app.command()(command)
# All options are those of the benchmark, --help too.
passed_on = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
app.command(context_settings=passed_on)(mesh.bench)
for group, name in (
    (catalogue.products, "products"),
    (catalogue.stock, "stock"),
    (catalogue.incentives, "incentives"),
    (orders.orders, "orders"),
    (operators.users, "users"),
    (operators.jobs, "jobs"),
    (webhooks.webhooks, "webhooks"),
    (payments.payments, "payments"),
):
    app.add_typer(group, name=name)


def main() -> None:
    """The entry point `easyorder`."""
    app(prog_name="easyorder")


if __name__ == "__main__":
    main()
