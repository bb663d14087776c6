"""doctor: looks for what keeps the mesh or the shop from working, and says what to do."""

from __future__ import annotations

from dataclasses import asdict

import typer

from cli.errors import FAILED
from cli.options import DEFAULT_PROFILE, AsJson, ProfileName
from cli.output import print_json, table


def doctor(profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """Look for what keeps the mesh from running on this machine, or the shop from answering, and say what to do."""
    from cli.checks import FAULT, findings  # what they need takes longer to load than most commands take

    found = list(findings(profile))
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        table([[f.what, f.state, f.found, f.advice] for f in found], ["", "", "found", "what to do"])
    if any(finding.state == FAULT for finding in found):
        raise typer.Exit(FAILED)
