"""Keys of services are made once, replaced when they are old, and private to one user."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.service_keys import SERVICES, make_keys

NOW = datetime(2027, 3, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def kids(folder: Path) -> dict[str, list[str]]:
    key_sets = json.loads((folder / "public.json").read_text(encoding="utf-8"))
    return {name: [key["kid"] for key in of["keys"]] for name, of in key_sets.items()}


def test_each_service_gets_a_key_once(tmp_path: Path) -> None:
    assert make_keys(tmp_path, NOW) == [*SERVICES]
    made = kids(tmp_path)

    assert make_keys(tmp_path, NOW + 1000 * DAY) == []
    assert kids(tmp_path) == made
    assert len({kid for of in made.values() for kid in of}) == len(SERVICES)


def test_a_private_key_is_readable_for_its_user_only_and_not_published(tmp_path: Path) -> None:
    make_keys(tmp_path, NOW)

    assert {stat.S_IMODE((tmp_path / f"{name}.pem").stat().st_mode) for name in SERVICES} == {0o600}
    assert '"d"' not in (tmp_path / "public.json").read_text(encoding="utf-8")


def test_old_keys_are_replaced_and_forgotten_when_their_tokens_have_expired(tmp_path: Path) -> None:
    make_keys(tmp_path, NOW)
    first = kids(tmp_path)["order"]

    assert make_keys(tmp_path, NOW + 23 * HOUR, older_than=DAY) == []
    assert make_keys(tmp_path, NOW + 24 * HOUR, older_than=DAY) == [*SERVICES]
    second = kids(tmp_path)["order"]
    make_keys(tmp_path, NOW + 24.05 * HOUR, older_than=timedelta())
    third = kids(tmp_path)["order"]
    make_keys(tmp_path, NOW + 49 * HOUR, older_than=DAY)

    assert (second[:-1], third[:-1]) == (first, second)
    assert kids(tmp_path)["order"][:-1] == third[-1:]


def test_a_service_whose_private_key_is_gone_gets_another_one(tmp_path: Path) -> None:
    make_keys(tmp_path, NOW)
    (tmp_path / "order.pem").unlink()

    assert make_keys(tmp_path, NOW) == ["order"]


@pytest.mark.parametrize("clock_set_back_by", [timedelta(), HOUR])
def test_withdrawn_keys_are_gone(tmp_path: Path, clock_set_back_by: timedelta) -> None:
    make_keys(tmp_path, NOW + clock_set_back_by)
    first = kids(tmp_path)

    make_keys(tmp_path, NOW, older_than=timedelta(), withdraw=True)

    assert {name: len(of) for name, of in kids(tmp_path).items()} == dict.fromkeys(SERVICES, 1)
    assert all(kids(tmp_path)[name] != first[name] for name in SERVICES)
