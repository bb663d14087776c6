"""An update changes what its mask names, and a mask with anything else is refused by name."""

from __future__ import annotations

import pytest
from easyorder.google.protobuf import FieldMask
from easyorder.identity.v1 import User

from chassis.errors import InvalidArgument
from chassis.update_mask import updated_fields

CHANGEABLE = ("email", "display_name")


@pytest.mark.parametrize(
    ("paths", "changed"),
    [
        (None, {"display_name"}),
        ([], {"display_name"}),
        (["email"], {"email"}),
        (["*"], {"email", "display_name"}),
    ],
)
def test_what_changes(paths: list[str] | None, changed: set[str]) -> None:
    mask = None if paths is None else FieldMask(paths=paths)

    assert updated_fields(User(display_name="Ada"), mask, CHANGEABLE) == changed


@pytest.mark.parametrize(
    ("paths", "wrong"),
    [
        (["*", "email"], ["*"]),
        (["email", "*"], ["*"]),
        (["*", "*"], ["*", "*"]),
        (["roles", "email", "team_ids"], ["roles", "teamIds"]),
        ([""], [""]),
        (["x"] * 1000, ["x"] * 10),
    ],
)
def test_what_cannot_be_in_a_mask_is_named(paths: list[str], wrong: list[str]) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        updated_fields(User(), FieldMask(paths=paths), CHANGEABLE)

    assert [(violation.field, violation.description) for violation in refusal.value.violations] == [
        ("updateMask", f"must not have {name!r}: only email, displayName, or * alone") for name in wrong
    ]
