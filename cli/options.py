"""Options that many commands have."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with the fields of the API.")]
ProfileName = Annotated[str, typer.Option("--profile", help="Which shop, of those that were signed in to.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the id.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many at most.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with what was changed.")]
Service = Annotated[str, typer.Option("--service", help="identity, inventory, order or payment.")]
DEFAULT_PROFILE = "default"
Zone = Annotated[str, typer.Option("--time-zone", help="Whose days: Europe/Berlin; the shop's without it.")]
