"""Who is about to send a password unencrypted to another machine is told so before it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from cli.errors import INTERRUPTED


@pytest.mark.parametrize(
    ("url", "is_unsafe"),
    [
        ("http://192.0.2.7:8080", True),
        ("http://shop.invalid", True),
        ("http://127.0.0.1:1", False),
        ("http://[::1]:1", False),
        ("http://localhost:1", False),
        ("https://shop.invalid", False),
    ],
)
def test_a_password_in_plain_text(url: str, is_unsafe: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def ask() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.account._password", ask)
    ended = CliRunner().invoke(app, ["login", "ada@example.com", "--url", url])

    assert (ended.exit_code, "unencrypted" in ended.output) == (INTERRUPTED, is_unsafe)
