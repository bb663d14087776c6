"""The results, as tables for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table. `data` are its figures, each repetition separately; `pictures` are SVG by name.

    `found` is what tests.long_runs.keep is told, once everything is checked.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    data: Sequence[dict[str, Any]] = field(default=())
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    found: Sequence[str] = ()


def spread(figures: Sequence[float], *, digits: int = 0) -> str:
    """The figure; for several the median, with minimum and maximum."""
    middle = f"{statistics.median(figures):,.{digits}f}"
    if len(figures) == 1:
        return middle
    return f"{middle} ({min(figures):,.{digits}f} to {max(figures):,.{digits}f})"


def machine() -> dict[str, object]:
    """The machine of the measurement, and its other load."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "cores": os.cpu_count(),
        "load_average": psutil.getloadavg()[0],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def commit() -> str:
    """Of this checkout, with a + if it has other changes; empty in what is no checkout."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=8"], cwd=HERE, capture_output=True, encoding="utf-8"
    )
    return found.stdout.strip()


def show(sections: Sequence[Section], console: Console) -> None:
    for section in sections:
        table = Table(title=section.title, title_justify="left", title_style="bold")
        for column in section.columns:
            table.add_column(column, justify="right")
        for row in section.rows:
            table.add_row(*row)
        console.print(table)


def write_json(path: Path, sections: Sequence[Section], where: dict[str, object]) -> None:
    content = {
        "machine": where,
        "sections": [{"title": section.title, "data": section.data} for section in sections if section.data],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def write_pictures(folder: Path, sections: Sequence[Section]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for section in sections:
        for name, picture in section.pictures.items():
            (folder / f"{name}.svg").write_bytes(picture)
