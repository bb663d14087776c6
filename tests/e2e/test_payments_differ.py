"""A charge that no order knows of is reported by the comparison of its day, and by no other one."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_command import ADMIN, Run, run, settings  # noqa: F401 - fixtures
from tests.polling import eventually

# Long before the first order.
DAY = datetime(2026, 1, 31, tzinfo=UTC).date()
_NAMES = "PAYMENT_"
_WRITE = """
INSERT INTO ledger_entry (transaction_id, ordinal, kind, amount, currency, refund_id, reason, recorded_on)
VALUES ($1, $2, $3, 12.34, 'USD', $4, '', $5)
"""


async def test_a_charge_of_no_order_is_reported(mesh: RunningMesh, run: Run) -> None:  # noqa: F811
    transaction, noon = f"stray-{uuid.uuid4().hex}", datetime.combine(DAY, time(12), UTC)
    async with mesh.database("easyorder_payment") as provider:
        await provider.execute(_WRITE, transaction, 1, "CHARGE", None, noon)

        assert await compared(run, str(DAY)) == 1
        [found] = json.loads(run("payments", "differences", str(DAY), "--json", *ADMIN).stdout)
        assert (found["kind"], found["movement"]) == (
            f"{_NAMES}DIFFERENCE_KIND_PROVIDER_ONLY",
            f"{_NAMES}MOVEMENT_CHARGE",
        )
        assert found["transactionId"] == transaction
        assert (found["providerAmount"]["units"], found["providerAmount"]["nanos"]) == ("12", 340_000_000)
        assert not found.get("orderId")

        # The money is nobody's: it goes back a day later, and is reported there.
        await provider.execute(_WRITE, transaction, 2, "REFUND", f"{transaction}/back", noon + timedelta(days=1))
    assert await compared(run, str(DAY + timedelta(days=1))) == 1
    assert await compared(run, str(DAY - timedelta(days=1))) == 0


async def compared(run: Run, day: str) -> int:  # noqa: F811
    """How many differences there are once the day is compared."""
    assert run("payments", "compare", day, *ADMIN).exit_code == 0

    def report() -> dict[str, Any]:
        days = json.loads(run("payments", "--json", *ADMIN).stdout)
        found: dict[str, Any] = next(one for one in days if one["date"] == day)
        assert found["state"].endswith("DONE"), found
        return found

    return int((await eventually(report, timeout_s=30)).get("differenceCount", 0))
