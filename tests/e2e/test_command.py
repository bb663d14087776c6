"""The `easyorder` command with a real mesh: its page works as written, and failures end with their exit code."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from easyorder_client import StoredTokens
from typer.testing import CliRunner, Result

from cli.__main__ import app
from tests.e2e.documented_commands import outputs, script_of, shown
from tests.e2e.running_mesh import ROOT, RunningMesh, free_port
from tests.e2e.test_operations import a_dead_job

PROGRAMS = Path(sys.executable).parent
ADMIN = ("--profile", "admin")
PASSWORD = "a long passphrase"
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def settings(mesh: RunningMesh, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of commands: this mesh, and profiles of their own."""
    port = mesh.url.rpartition(":")[2]
    folder = str(tmp_path_factory.mktemp("profiles"))
    return mesh.environment | {"EASYORDER_HTTP_PORT": port, "XDG_CONFIG_HOME": folder, "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def run(settings: dict[str, str]) -> Run:
    """Runs a command; an administrator and a shopper are signed in, by the profiles of that name."""

    def easyorder(*arguments: str, input: str = "", **variables: str) -> Result:
        return CliRunner().invoke(app, arguments, input=input, env=settings | variables)

    signed_in = easyorder("login", "admin@example.com", "--profile", "admin", input="Admin123!\n")
    assert signed_in.exit_code == 0, signed_in.output
    email = f"{uuid.uuid4().hex}@example.com"
    registered = easyorder("register", email, "--name", "Ada", "--profile", "shopper", input=f"{PASSWORD}\n")
    assert registered.exit_code == 0, registered.output
    return easyorder


# Two dozen processes, one after the other.
def test_the_page_of_the_command(settings: dict[str, str], tmp_path: Path) -> None:
    name = uuid.uuid4().hex[:8]
    page = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
    for shared, own in {"LAMP-": f"LAMP-{name}-", "ada@": f"{name}@"}.items():
        page = page.replace(shared, own)
    script, expected = script_of(page)
    environment = settings | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(tmp_path)}

    done = subprocess.run(
        ["bash"], input=script, env=environment, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=100
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for output, wanted in zip(outputs(done.stdout), expected, strict=True):
        assert shown(wanted or "").fullmatch(output), f"{output}\nis not what the page shows:\n{wanted}"
    assert (tmp_path / "orders.csv").read_text(encoding="utf-8").startswith("id,number,status,")
    assert "orders in orders.csv" in done.stderr


async def test_jobs_are_run_again_and_discarded(mesh: RunningMesh, run: Run) -> None:
    async with mesh.database("easyorder_order_write") as database:
        job = str(await a_dead_job(database, f"command-{uuid.uuid4().hex}"))

    listed = run("jobs", "--state", "DEAD", "--json", "--profile", "admin")
    retried = run("jobs", "retry", job, "--profile", "admin")
    discarded = run("jobs", "discard", job, "--reason", "done by hand", "--json", "--profile", "admin")
    again = run("jobs", "retry", "1", "--profile", "admin")

    assert job in {found["id"] for found in json.loads(listed.stdout)}
    assert "READY" in retried.stdout
    assert json.loads(discarded.stdout)["discardReason"] == "done by hand"
    assert (again.exit_code, again.stderr.partition(":")[0]) == (4, "JOB_NOT_FOUND")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        ("order", 2, "Missing argument"),
        ("order LAMP --card tok_ok", 2, "LAMP is no SKU with a number of pieces, such as LAMP-1=2"),
        ("order LAMP=1", 2, "give --card TOKEN or --cash"),
        ("pay 1", 2, "give --card TOKEN or --cash"),
        ("products metadata 1 summer", 2, "summer is no key with a value, such as channel=app"),
        ("orders --status SOLD", 2, "SOLD is no status: PENDING, CONFIRMED, PAID"),
        ("jobs --service shop", 2, "shop is no service"),
        ("rebuild identity", 2, "identity has no read database"),
        ("products add Lamp --sku L --price cheap", 2, "cheap is no amount"),
        ("whoami --profile nobody", 3, "Sign in with: easyorder login"),
        ("orders --profile nobody", 3, "Sign in with: easyorder login"),
        ("users --profile shopper", 3, "PERMISSION_DENIED: "),
        ("order NOTHING=1 --card tok_ok --profile shopper", 4, "nothing with the SKU NOTHING is sold"),
        (f"orders show {'0' * 32} --profile shopper", 4, "ORDER_NOT_FOUND: "),
        (f"deliver {'0' * 32} --profile shopper", 3, "PERMISSION_DENIED: "),
        ("users metadata me price_list=trade --profile shopper", 4, "INVALID_ARGUMENT: "),
        ("report 2026-13-01 --profile admin", 4, "INVALID_ARGUMENT: "),
        ("orders --profile ../other", 2, "is no name of a profile"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(run: Run, arguments: str, exit_code: int, says: str) -> None:
    done = run(*arguments.split())

    assert done.exit_code == exit_code, done.output
    assert says in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert exit_code == 2 or len(done.stderr.splitlines()) == 1


def test_a_shop_that_is_away_is_named(run: Run) -> None:
    away = str(free_port())

    done = run("products", EASYORDER_HTTP_PORT=away)

    assert done.exit_code == 5
    assert f"the shop at http://127.0.0.1:{away} cannot be reached" in done.stderr


def test_an_order_is_followed_until_its_payment_fails(run: Run) -> None:
    # By the administrator, who reads at once what the administrator wrote.
    sku = f"LAMP-{uuid.uuid4().hex[:8]}"
    added = run(
        "products", "add", "Desk lamp", "--sku", sku, "--price", "5", "--pieces", "3", "--profile", "admin", "-q"
    )
    failed = run("order", f"{sku}=1", "--card", "tok_declined", "--watch", "--json", "--profile", "admin")
    short = run("order", f"{sku}=4", "--cash", "--profile", "admin")
    listed = run("products", "--query", sku, "--json")

    events = [json.loads(line) for line in failed.stdout.splitlines()]
    assert failed.exit_code == 1
    assert events[0]["orderCreated"]["order"]["status"] == "ORDER_STATUS_CONFIRMED"
    assert events[-1]["orderStatusChanged"]["toStatus"] == "ORDER_STATUS_FAILED"
    assert short.exit_code == 4
    assert short.stderr.startswith("OUT_OF_STOCK: ")
    assert [product["id"] for product in json.loads(listed.stdout)] == [added.stdout.strip()]


def test_an_order_is_paid_again_shipped_and_delivered(run: Run) -> None:
    sku = f"LAMP-{uuid.uuid4().hex[:8]}"
    run("products", "add", "Desk lamp", "--sku", sku, "--price", "5", "--pieces", "3", *ADMIN)
    failed = run("order", f"{sku}=1", "--card", "tok_declined", "--watch", "--json", *ADMIN)
    order = json.loads(failed.stdout.splitlines()[0])["orderId"]

    paid = run("pay", order, "--cash", "--json", *ADMIN)
    again = run("pay", order, "--cash", *ADMIN)
    shipped = run("ship", order, "--carrier", "DHL", "--tracking", "42", "--uri", "https://example.com/42", *ADMIN)
    delivered = run("deliver", order, "--json", *ADMIN)

    assert f"easyorder pay {order} --card TOKEN" in failed.stderr
    assert [payment["method"] for payment in json.loads(paid.stdout)["payments"]] == [
        "PAYMENT_METHOD_CARD",
        "PAYMENT_METHOD_CASH",
    ]
    assert (again.exit_code, again.stderr.partition(":")[0]) == (4, "ILLEGAL_TRANSITION")
    assert "DHL 42" in shipped.stdout
    assert json.loads(delivered.stdout)["status"] == "ORDER_STATUS_DELIVERED"


def test_metadata_of_products_and_users_is_replaced_and_found(run: Run) -> None:
    sku, season = f"LAMP-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    email = f"{uuid.uuid4().hex}@example.com"
    product = run("products", "add", "Lamp", "--sku", sku, "--price", "5", "-q", *ADMIN).stdout.strip()
    run("register", email, "--name", "Cleo", "--profile", "cleo", input=f"{PASSWORD}\n")

    of_product = run("products", "metadata", product, f"season={season}", "note=a=b", *ADMIN)
    of_user = run("users", "metadata", email, f"list={season}", *ADMIN)
    products = run("products", "--filter", f"metadata.season = {season}", *ADMIN)
    users = run("users", "--filter", f"metadata.list = {season}", *ADMIN)
    read = run("whoami", "--json", "--profile", "cleo")
    none = run("products", "metadata", product, "--json", *ADMIN)

    assert f"note=a=b, season={season}" in of_product.stdout
    assert f"list={season}" in of_user.stdout
    assert sku in products.stdout
    assert email in users.stdout
    assert json.loads(read.stdout)["metadata"] == {"list": season}
    assert "metadata" not in json.loads(none.stdout)


def test_a_session_is_kept_for_its_user_only_and_refreshed(run: Run, settings: dict[str, str]) -> None:
    file = Path(settings["XDG_CONFIG_HOME"]) / "easyorder" / "shopper" / "tokens.json"
    before = StoredTokens(**json.loads(file.read_text(encoding="utf-8")))
    file.write_text(json.dumps(asdict(replace(before, expires_at=0))), encoding="utf-8")

    shown_user = run("whoami", "--json", "--profile", "shopper")

    after = StoredTokens(**json.loads(file.read_text(encoding="utf-8")))
    assert json.loads(shown_user.stdout)["displayName"] == "Ada"
    assert after.refresh_token != before.refresh_token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_webhook_is_added_looked_at_and_deleted(run: Run) -> None:
    url = "http://127.0.0.1:1/"  # nobody listens there
    added = json.loads(run("webhooks", "add", url, "--event", "order_created", "--json", *ADMIN).stdout)
    number = added["id"]
    unknown = run("webhooks", "add", url, "--event", "nothing", *ADMIN)
    rotated = run("webhooks", "rotate", number, "--hours", "0", "--json", *ADMIN)
    disabled = run("webhooks", "disable", number, "--json", *ADMIN)
    replayed = run("webhooks", "replay", number, *ADMIN)
    enabled = run("webhooks", "enable", number, "--json", *ADMIN)
    run("webhooks", "replay", number, "--hours", "100", *ADMIN)
    log = run("webhooks", "log", number, "--state", "FAILED", "--json", *ADMIN)
    absent = run("webhooks", "redeliver", number, "4711", *ADMIN)
    listed = run("webhooks", *ADMIN)
    run("webhooks", "delete", number, *ADMIN)

    assert added["secret"].startswith("whsec_")
    assert json.loads(rotated.stdout)["secret"] != added["secret"]
    assert (unknown.exit_code, "ORDER_CREATED" in unknown.stderr) == (2, True)
    assert json.loads(disabled.stdout)["disabled"]
    assert "disabled" not in json.loads(enabled.stdout)
    assert replayed.stderr.startswith("WEBHOOK_DISABLED")
    assert json.loads(log.stdout) == []
    assert absent.stderr.startswith("WEBHOOK_DELIVERY_NOT_FOUND")
    assert url in listed.stdout
    assert url not in run("webhooks", *ADMIN).stdout


def test_administrators_change_what_users_may_do_and_codes_give(run: Run) -> None:
    email, code = f"{uuid.uuid4().hex}@example.com", f"TEN-{uuid.uuid4().hex[:8]}"
    run("register", email, "--name", "Bob", "--profile", "bob", input=f"{PASSWORD}\n")
    promoted = run("users", "roles", email, "user", "admin", "--json", "--profile", "admin")
    run("users", "disable", email, "--profile", "admin")
    refused = run("whoami", "--profile", "bob")
    enabled = run("users", "enable", email, "--json", "--profile", "admin")
    unknown = run("users", "disable", "nobody@example.com", "--profile", "admin")
    # Other tests of this shop rely on one administrator.
    run("users", "roles", email, "user", "--profile", "admin")
    run("incentives", "add", code, "--amount", "5.00", "--profile", "admin")
    run("incentives", "end", code, "--profile", "admin")
    ended = run("incentives", "--json", "--profile", "admin")
    run("incentives", "begin", code, "--profile", "admin")
    begun = run("incentives", "--json", "--profile", "admin")

    assert json.loads(promoted.stdout)[0]["roles"] == ["ROLE_USER", "ROLE_ADMIN"]
    assert refused.exit_code == 3
    assert "disabled" not in json.loads(enabled.stdout)[0]
    assert (unknown.exit_code, unknown.stderr.partition(":")[0]) == (4, "USER_NOT_FOUND")
    actives = [
        [found.get("active", False) for found in json.loads(listed.stdout) if found["code"] == code]
        for listed in (ended, begun)
    ]
    assert actives == [[False], [True]]


def test_a_stream_is_left_with_ctrl_c(run: Run, settings: dict[str, str]) -> None:
    sku = f"LAMP-{uuid.uuid4().hex[:8]}"
    run("products", "add", "Lamp", "--sku", sku, "--price", "5", "--pieces", "3", "--profile", "admin")
    placed = run("order", f"{sku}=1", "--cash", "--quiet", "--profile", "admin")
    order = placed.stdout.strip()
    assert order, placed.output
    command = [str(PROGRAMS / "easyorder"), "watch", order, "--profile", "admin"]

    watching = subprocess.Popen(
        command,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # Jobs in the background of a script inherit that the signal is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert watching.stdout is not None
    first = watching.stdout.readline()
    watching.send_signal(signal.SIGINT)
    _, said = watching.communicate(timeout=20)

    assert f"{order} is CONFIRMED 5.00 EUR" in first
    assert (watching.returncode, said) == (130, "")


def test_an_export_that_fails_leaves_no_file(run: Run, tmp_path: Path) -> None:
    done = run("export", str(tmp_path / "orders.csv"), "--from", "2026-13-01", "--profile", "admin")

    assert (done.exit_code, list(tmp_path.iterdir())) == (4, [])


def test_the_shell_completes_commands() -> None:
    asked = {"_EASYORDER_COMPLETE": "complete_bash", "COMP_WORDS": "easyorder or", "COMP_CWORD": "1"}

    done = subprocess.run(
        [PROGRAMS / "easyorder"], env=os.environ | asked, capture_output=True, encoding="utf-8", timeout=30
    )

    assert done.stdout.split() == ["order", "orders"]


def test_the_benchmark_takes_its_options() -> None:
    done = subprocess.run(
        [PROGRAMS / "easyorder", "bench", "--help"], capture_output=True, encoding="utf-8", timeout=30
    )

    assert "--repeat" in done.stdout
