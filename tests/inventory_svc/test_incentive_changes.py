"""UpdateIncentive, DeactivateIncentive, ActivateIncentive: what changes, of which version, and what the audit says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.errors import EtagMismatch
from inventory_svc.commands.activate_incentive import ActivateIncentive
from inventory_svc.commands.deactivate_incentive import DeactivateIncentive
from inventory_svc.commands.update_incentive import UpdateIncentive
from inventory_svc.domain.errors import CodeTaken, IncentiveNotFound
from inventory_svc.domain.incentive import Incentive
from tests.audited import changes_of
from tests.builders.incentive import percent
from tests.inventory_svc.shop import Shop


@pytest.fixture(params=["fakes", "postgres"])
def shop(request: pytest.FixtureRequest) -> Shop:
    made: Shop = request.getfixturevalue("in_memory_shop" if request.param == "fakes" else "sql_shop")
    return made


def updating(incentive: Incentive, *, etag: str = "", **fields: object) -> UpdateIncentive:
    changed = replace(incentive, **fields)  # type: ignore[arg-type]
    return UpdateIncentive(incentive_id=incentive.id, incentive=changed, fields=frozenset(fields), etag=etag)


def but_for(incentive: Incentive, **fields: object) -> Incentive:
    return replace(incentive, modified_on=None, **fields)  # type: ignore[arg-type]


async def test_a_code_is_switched_off_and_on(shop: Shop) -> None:
    made = await shop.offered(percent(code="SAVE"))
    off, on = DeactivateIncentive(incentive_id=made.id), ActivateIncentive(incentive_id=made.id)

    assert await changes_of(shop.send(off)) == {"active": ("true", "false")}
    ended = await shop.send(off)
    assert but_for(ended) == but_for(made, active=False, revision=made.revision + 1)

    assert await changes_of(shop.send(on)) == {"active": ("false", "true")}
    again = await shop.send(on)
    assert but_for(again) == but_for(made, revision=made.revision + 2)
    assert await changes_of(shop.send(on)) == {}


async def test_an_unknown_code_cannot_be_switched(shop: Shop) -> None:
    for command in (DeactivateIncentive(incentive_id=4711), ActivateIncentive(incentive_id=4711)):
        with pytest.raises(IncentiveNotFound, match="4711") as refused:
            await shop.send(command)
        assert refused.value.metadata == {"incentiveId": "4711"}


async def test_fields_that_are_not_named_stay(shop: Shop) -> None:
    made = await shop.offered(percent(code="SAVE"))
    wanted = replace(made, max_uses=7, code="OTHER")

    command = UpdateIncentive(incentive_id=made.id, incentive=wanted, fields=frozenset({"max_uses"}))

    assert set(await changes_of(shop.send(command))) == {"max_uses"}
    changed = await shop.send(command)
    assert but_for(changed) == but_for(made, max_uses=7, revision=made.revision + 1)


async def test_only_the_version_that_was_read_is_changed(shop: Shop) -> None:
    made = await shop.offered(percent(code="SAVE"))
    changed = await shop.send(updating(made, etag=str(made.revision), max_uses=7))

    with pytest.raises(EtagMismatch, match=f"incentive {made.id}") as refused:
        await shop.send(updating(made, etag=str(made.revision), max_uses=8))

    assert refused.value.metadata == {"etag": str(changed.revision)}
    assert await shop.send(updating(changed, max_uses=7)) == changed


async def test_a_code_of_another_incentive_is_taken(shop: Shop) -> None:
    made, other = await shop.offered(percent(code="SAVE")), await shop.offered(percent(code="OTHER"))

    with pytest.raises(CodeTaken, match="other") as refused:
        await shop.send(updating(made, code="other"))

    assert refused.value.metadata == {"code": "other"}
    [violation] = refused.value.violations
    assert (violation.field, violation.description) == ("incentive.code", refused.value.message)
    # Its own code in other letters is not taken.
    assert (await shop.send(updating(other, code="other"))).code == "other"
