"""docs/settings.md lists what the code reads."""

from __future__ import annotations

import pytest

from chassis.settings import PORTS
from docs import list_settings
from docs.list_settings import PAGE, fields, table


def test_the_page_shows_the_settings_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(table()), "run python docs/list_settings.py"


def test_every_setting_says_what_it_means_and_every_number_has_bounds() -> None:
    unclear = [variable for variable, (field, _) in fields().items() if not field.description]
    endless = [
        variable
        for variable, (field, _) in fields().items()
        if field.annotation in (int, float) and not {"Le", "Lt"} & {type(limit).__name__ for limit in field.metadata}
    ]

    assert (unclear, endless) == ([], [])


def test_a_page_of_yesterday_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_settings, "PORTS", PORTS | {"order": 1})

    assert not PAGE.read_text(encoding="utf-8").endswith(table())
