"""The mesh on this machine: started, shown, measured, its read databases filled again."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import UNREACHABLE, USAGE, Fault
from cli.output import console, say

REBUILT = ("inventory", "order")


def up() -> None:
    """Run the mesh on this machine, until Ctrl-C; EASYORDER_… variables are its settings."""
    _become("deploy.local", "up")


def demo() -> None:
    """Show a shopper's day on the mesh, which is started if it does not run."""
    _become("deploy.local", "demo")


def bench(context: typer.Context) -> None:
    """Measure paid orders a second, next to the limits of this machine: `easyorder bench --help` says how."""
    # It needs programs and modules of the tests.
    if importlib.util.find_spec("bench") is None:
        raise Fault("the benchmark is not installed: it is part of a checkout, make bench")
    _become("bench", *context.args)


def rebuild(
    services: Annotated[list[str] | None, typer.Argument(help="inventory, order; both without it.")] = None,
) -> None:
    """Fill the read databases of the mesh on this machine again; it may run meanwhile."""
    wanted = services or list(REBUILT)
    if unknown := [name for name in wanted if name not in REBUILT]:
        raise Fault(f"{', '.join(unknown)} has no read database: {', '.join(REBUILT)} have", USAGE)
    from asyncpg import PostgresError
    from sqlalchemy.exc import SQLAlchemyError

    from deploy import rebuild as rebuilding

    for name in wanted:
        try:
            with console(stderr=True).status(f"Filling the read database of {name}"):
                asyncio.run(rebuilding.main([f"{name}_svc"]))
        except (OSError, SQLAlchemyError, PostgresError) as error:
            first = str(error).partition("\n")[0]
            raise Fault(f"the databases cannot be reached ({first}). See: easyorder doctor", UNREACHABLE) from error
        say(f"The read database of {name} is as the write database says")


def _become(module: str, *arguments: str) -> None:
    """Runs a module in place of this process, which keeps nothing of the command in memory."""
    sys.stdout.flush()
    # Next to this Python are the programs that it looks for by name.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    command = [sys.executable, "-I", "-m", module, *arguments]
    os.execve(sys.executable, command, {**os.environ, "PATH": path})
