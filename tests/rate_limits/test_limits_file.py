"""The file of rate limits: the default one is valid, and each mistake in another is named with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chassis import contract
from rate_limits.limits_file import read_rate_limits
from tests.rate_limits.files import written

LOGIN = "easyorder.identity.v1.IdentityService/Login"
VALID: dict[str, Any] = {"name": "sign-ins", "by": "address", "requests": 5, "period": "minute", "methods": [LOGIN]}


def test_the_default_file_limits_sign_ins_orders_streams_and_tickets() -> None:
    limits = read_rate_limits(None).limits

    names = {limit.name: {method.name for method in limit.covered} for limit in limits}
    assert {limit.name for limit in limits if limit.shared} == {"sign-ins"}
    assert names["orders"] == {"CreateOrder", "PreviewOrder"}
    assert names["changes"] == {"UpdateOrder", "UpdateOrderMetadata", "RetryPayment"}
    assert {"Register", "Login", "RefreshToken", "RequestPasswordReset"} <= names["sign-ins"]
    streams = {method.name for method in contract.methods().values() if method.server_streaming}
    assert names["streams-of-a-user"] == names["streams-of-an-address"] <= streams
    assert "WatchOrders" in names["streams-of-a-user"]
    of_edge = {method.name for method in contract.methods().values() if method.service.endswith("PortalService")}
    assert names["pages"] == of_edge - {"GetHealth"}


def test_methods_are_named_one_by_one_or_by_service_and_covered_once(tmp_path: Path) -> None:
    service = "easyorder.edge.v1.PortalService"
    file = written(tmp_path, {"limits": [VALID | {"methods": [f"{service}/GetHome", f"{service}/*", LOGIN]}]})

    (limit,) = read_rate_limits(Path(file)).limits

    of_service = [method.full_name for method in contract.methods().values() if method.service == service]
    assert sorted(method.full_name for method in limit.covered) == sorted([*of_service, f"/{LOGIN}"])


def test_a_star_covers_all_methods_that_callers_from_outside_have(tmp_path: Path) -> None:
    file = written(tmp_path, {"limits": [VALID | {"methods": ["*"]}]})

    (limit,) = read_rate_limits(Path(file)).limits

    covered = {method.full_name for method in limit.covered}
    assert "/easyorder.order.v1.OrderService/ListOrders" in covered
    assert not any(contract.is_internal(name.strip("/").partition("/")[0]) for name in covered)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"limits": [VALID | {"requests": 0}]}, "limits[0].requests must be greater than or equal to 1"),
        ({"limits": [VALID, VALID | {"name": "b", "period": "week"}]}, "limits[1].period must be 'second'"),
        ({"limits": [VALID | {"by": "header"}]}, "limits[0].by must be 'user', 'address' or 'route'"),
        ({"limits": [VALID | {"methods": [LOGIN, "Login"]}]}, "limits[0].methods[1] 'Login' is no method"),
        (
            {"limits": [VALID | {"methods": ["easyorder.internal.payment.v1.PaymentService/*"]}]},
            "limits[0].methods[0] 'easyorder.internal.payment.v1.PaymentService/*' is no method",
        ),
        ({"limits": [VALID | {"methods": []}]}, "limits[0].methods"),
        ({"limits": [VALID | {"burst": 3}]}, "limits[0].burst Extra inputs are not permitted"),
        ({"limits": [{"name": "a"}]}, "limits[0].requests Field required"),
        ({"limits": [VALID | {"name": "Sign ins"}]}, "limits[0].name"),
        ({"limits": [VALID, VALID]}, "two limits have the name sign-ins"),
        ({"limit": []}, "limit Extra inputs are not permitted"),
        ({"shared_timeout_ms": 0}, "shared_timeout_ms must be greater than or equal to 1"),
        ("limits: [", "is not YAML"),
        ("", "must be a valid dictionary"),
        ("- a\n", "must be a valid dictionary"),
    ],
)
def test_a_mistake_is_named_with_its_place(content: Any, message: str, tmp_path: Path) -> None:
    file = written(tmp_path, content)

    with pytest.raises(SystemExit) as ended:
        read_rate_limits(Path(file))

    assert str(ended.value).startswith(f"EASYORDER_RATE_LIMITS_FILE: {file}")
    assert message in str(ended.value)
    assert len(str(ended.value).splitlines()) == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"absent\.yaml: cannot be read \(No such file or directory\)"):
        read_rate_limits(tmp_path / "absent.yaml")
