"""The contract's enum ErrorReason, the code and docs/errors.md say the same, and every reason is reached by a test."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

from chassis.errors import AppError
from docs.list_errors import PAGE, table
from edge.openapi.reasons import INTERNAL, PUBLIC, Reason, reasons
from tests.architecture.test_sizes import PACKAGES, sources
from tests.architecture.tracked import ROOT

# A test in which a caller of the system, or of the service that sends it, gets the reason.
REACHED_BY = {
    "INVALID_ARGUMENT": "envoy/test_bodies.py::test_an_unknown_field_is_named",
    "REQUEST_ID_REQUIRED": "e2e/test_repeats.py::test_what_moves_money_is_not_done_without_a_key",
    "REQUEST_ID_REUSED": "e2e/test_shopping.py::test_the_same_request_id_is_one_order",
    "REQUEST_ID_EXPIRED": "order_svc/test_place_order.py::test_an_order_whose_key_was_deleted_is_not_placed_again",
    "PAYLOAD_TOO_LARGE": "envoy/test_errors.py::test_a_body_of_10_mb",
    "UNSUPPORTED_MEDIA_TYPE": "envoy/test_refusals.py::test_a_compressed_body",
    "NOT_FOUND": "envoy/test_errors.py::test_an_unknown_path",
    "METHOD_NOT_ALLOWED": "envoy/test_errors.py::test_a_known_path_with_another_verb",
    "UNIMPLEMENTED": "envoy/test_refusals.py::test_a_tunnel_over_http_2",
    "UNAUTHENTICATED": "envoy/test_tokens.py::test_a_bad_token_is_refused",
    "TOKEN_EXPIRED": "e2e/test_tokens.py::test_with_a_bad_token",
    "PERMISSION_DENIED": "inventory_svc/test_service.py::test_only_administrators_create_products",
    "ETAG_MISMATCH": "e2e/test_catalogue.py::test_a_product_is_changed_deleted_and_brought_back",
    "CONFLICT": "order_svc/test_retry_chains.py::test_a_single_command_is_attempted_again_after_conflicts_only",
    "LOCKED": "e2e/test_locked_rows.py::test_a_locked_item_costs_its_own_orders",
    "RATE_LIMITED": "envoy/test_rate_limits.py::test_the_orders_of_each_user_are_limited",
    "TOO_MANY_STREAMS": "envoy/test_crowding.py::test_streams_take_no_place_of_calls",
    "SUBSCRIBER_TOO_SLOW": "order_svc/test_order_watch.py::test_a_slow_subscriber_learns_where_to_resume",
    "DEADLINE_EXCEEDED": "envoy/test_errors.py::test_a_deadline_of_the_client_that_runs_out",
    "UNAVAILABLE": "envoy/test_errors.py::test_a_service_that_is_down",
    "INTERNAL": "order_svc/payment/test_operations.py::test_an_unexpected_error_is_listed",
    "EMAIL_TAKEN": "identity_svc/test_service.py::test_every_refusal_carries_its_reason",
    "WEAK_PASSWORD": "identity_svc/test_service.py::test_every_refusal_carries_its_reason",
    "ACCOUNT_LOCKED": "identity_svc/test_service.py::test_guessing_locks_and_says_until_when",
    "USER_NOT_FOUND": "identity_svc/test_get_user.py::test_somebody_elses_user_does_not_exist",
    "PRODUCT_NOT_FOUND": "inventory_svc/test_service.py::test_what_is_not_there_is_not_found",
    "PRODUCT_NOT_DELETED": "e2e/test_catalogue.py::test_a_product_is_changed_deleted_and_brought_back",
    "PRODUCT_ITEM_NOT_FOUND": "e2e/test_bad_input.py::test_an_unknown_item",
    "SKU_TAKEN": "e2e/test_catalogue.py::test_a_product_is_changed_deleted_and_brought_back",
    "PAGE_TOO_LARGE": "inventory_svc/test_product_pages.py::test_a_page_by_number_that_has_no_room_is_refused",
    "OUT_OF_STOCK": "e2e/test_bad_input.py::test_out_of_stock_tells_of_what_and_how_much",
    "INCENTIVE_INVALID": "e2e/test_incentives.py::test_from_a_code_to_a_discounted_order_and_back",
    "INCENTIVE_NOT_FOUND": "e2e/test_incentives.py::test_a_code_that_is_not_there_is_not_found",
    "CODE_TAKEN": "e2e/test_incentives.py::test_an_administrator_edits_a_code_ends_it_and_lets_it_be_used_again",
    "ORDER_NOT_FOUND": "e2e/test_shopping.py::test_somebody_elses_order_does_not_exist",
    "ILLEGAL_TRANSITION": "e2e/test_after_sales.py::test_a_paid_order_is_shipped_partly_returned_reported_and_exported",
    "REFUND_EXCEEDS_CHARGE": "order_svc/test_refund_order.py::test_never_more_than_was_charged",
    "EVENTS_PURGED": "order_svc/test_order_watch.py::test_nobody_resumes_after_what_is_no_longer_kept",
    "TOO_MANY_EXPORTS": "order_svc/test_one_moment.py::test_four_exports_are_read_at_a_time",
    "EXPORT_TOO_SLOW": "order_svc/test_one_moment.py::test_an_export_has_its_time",
    "SIGNATURE_INVALID": "order_svc/test_payment_webhook.py::test_nobody_but_stripe_hurries_anything",
    "WEBHOOK_NOT_OFFERED": "order_svc/test_payment_webhook.py::test_a_shop_without_stripe_expects_no_webhook",
    "JOB_NOT_FOUND": "e2e/test_operations.py::test_a_job_that_is_not_there_is_not_found",
    "JOB_RUNNING": "chassis/test_ops.py::test_what_runs_or_is_done_is_not_discarded",
    "JOB_DONE": "chassis/test_ops.py::test_what_runs_or_is_done_is_not_discarded",
    "JOB_DISCARDED": "e2e/test_operations.py::test_a_charge_that_a_change_replaced_is_not_run_again",
    "JOB_NOT_DISCARDABLE": "e2e/test_operations.py::test_a_charge_is_not_discarded_but_stopped_with_its_order",
    "SESSION_NOT_FOUND": "identity_svc/test_service.py::test_sessions_are_listed_refreshed_and_ended",
    "WRONG_PASSWORD": "identity_svc/test_users_over_grpc.py::test_what_is_refused",
    "LAST_ADMINISTRATOR": "identity_svc/test_users_over_grpc.py::test_administrators_list_promote_and_disable",
    "MAILED_TOKEN_INVALID": "identity_svc/test_mails.py::test_a_reset_by_mail",
    "MAIL_NOT_CONFIGURED": "identity_svc/test_mails.py::test_a_public_shop_without_a_mail_server_says_so",
}


def declared() -> dict[str, Reason]:
    return {reason.name: reason for enum in (PUBLIC, INTERNAL) for reason in reasons(enum)}


def errors() -> Iterator[type[AppError]]:
    """The classes of the packages that have a reason of their own."""
    for package in map(importlib.import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)
    waiting = [AppError]
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if "reason" in vars(found) and found.__module__.partition(".")[0] in PACKAGES and found is not AppError:
            yield found


def test_the_page_shows_the_reasons_of_the_contract() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(table()), "run python docs/list_errors.py"


def test_every_error_has_a_declared_reason_and_its_code() -> None:
    codes = {name: reason.code for name, reason in declared().items()}

    assert {error.reason: error.kind.name for error in errors()} == codes


def test_no_reason_is_public_and_internal() -> None:
    assert {reason.name for reason in reasons(PUBLIC)}.isdisjoint(reason.name for reason in reasons(INTERNAL))


def test_every_key_of_metadata_is_in_lower_camel_case_and_is_sent() -> None:
    code = "\n".join(source for _, source in sources())
    keys = {key for reason in declared().values() for key in reason.metadata}

    assert [
        key for key in sorted(keys) if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", key) or f'"{key}"' not in code
    ] == []


def test_every_reason_is_reached_by_a_test() -> None:
    assert list(REACHED_BY) == [reason.name for reason in reasons(PUBLIC)]


@pytest.mark.parametrize("reason", REACHED_BY)
def test_the_test_that_reaches_a_reason_names_it(reason: str) -> None:
    file, _, name = REACHED_BY[reason].partition("::")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    (test,) = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]
    names = {reason, *(error.__name__ for error in errors() if error.reason == reason)}

    assert names & set(re.findall(r"\w+", ast.unparse(test))), f"{REACHED_BY[reason]} says nothing of {reason}"
