"""Files of rate limits: that of this package with other numbers, and one for tests that are not to be limited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from rate_limits.limits_file import DEFAULT_FILE

LIFTED = str(Path(__file__).with_name("lifted.yaml"))
MANY = 1_000_000_000


def rate_limits_file(folder: Path, *, others: int = MANY, **requests: int) -> str:
    """The limits of the default file, with these numbers of requests (`sign_ins=5`), and `others` of the rest."""
    content = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    for limit in content["limits"]:
        limit["requests"] = requests.pop(limit["name"].replace("-", "_"), others)
    assert not requests, f"no such limits: {[*requests]}"
    return written(folder, content)


def written(folder: Path, content: Any) -> str:
    """A file with this content."""
    file = folder / "rate_limits.yaml"
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return str(file)
