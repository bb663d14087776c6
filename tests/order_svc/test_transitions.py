"""The table of transitions is complete, enforced by the domain, and matches docs/orders.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chassis import contract
from order_svc.domain.status import (
    MOVES,
    IllegalTransition,
    PaymentMethod,
    PaymentStatus,
    Status,
    check_move,
)

ROOT = Path(__file__).resolve().parents[2]


def test_every_status_has_its_moves() -> None:
    assert set(MOVES) == set(Status)


@pytest.mark.parametrize("wanted", list(Status))
@pytest.mark.parametrize("present", list(Status))
def test_what_is_not_in_the_table_is_refused(present: Status, wanted: Status) -> None:
    if wanted in MOVES[present]:
        check_move(present, wanted)
    else:
        with pytest.raises(IllegalTransition):
            check_move(present, wanted)


@pytest.mark.parametrize(
    ("values", "enum"),
    [
        (Status, "easyorder.order.v1.OrderStatus"),
        (PaymentMethod, "easyorder.common.v1.PaymentMethod"),
        (PaymentStatus, "easyorder.common.v1.PaymentStatus"),
    ],
)
def test_texts_have_the_names_of_the_contract(
    values: type[Status] | type[PaymentMethod] | type[PaymentStatus], enum: str
) -> None:
    names = contract.pool().FindEnumTypeByName(enum).values_by_name

    assert {value.contract_name for value in values} <= set(names)


def test_the_docs_show_the_table() -> None:
    drawing = [sys.executable, str(ROOT / "docs" / "draw_orders.py"), "--check"]
    check = subprocess.run(drawing, capture_output=True, encoding="utf-8", timeout=60, check=False)

    assert check.returncode == 0, check.stdout + check.stderr


def test_a_drawing_of_another_table_is_found_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import draw_orders  # type: ignore[import-not-found]

    page = tmp_path / "orders.md"
    page.write_text(
        (ROOT / "docs" / "orders.md").read_text(encoding="utf-8").replace("PAID --> SHIPPED", "PAID --> DELIVERED"),
        encoding="utf-8",
    )
    monkeypatch.setattr(draw_orders, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["draw_orders.py", "--check"])

    assert draw_orders.main() == 1
