"""Signatures are those of Standard Webhooks, and the guide's functions verify them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from order_svc.webhooks.domain.signatures import secret_of, shown, signature_headers
from tests.architecture.tracked import ROOT

GUIDE = (ROOT / "docs" / "guide" / "webhooks.md").read_text(encoding="utf-8")
SECRET = secret_of(bytes(16), "one")
BODY = '{"orderId":"1","name":"Ä"}'.encode()


def signed(*, ago_s: int = 0, body: bytes = BODY, secrets: tuple[bytes, ...] = (SECRET,)) -> Mapping[str, str]:
    return signature_headers("evt_1_1", int(time.time()) - ago_s, body, secrets)


def code_of(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", GUIDE, re.M | re.S)
    assert found
    return found[1]


def in_python(headers: Mapping[str, str]) -> bool:
    names: dict[str, Any] = {}
    exec(code_of("python"), names)
    return bool(names["is_of_the_shop"](BODY, headers, shown(SECRET)))


def in_node(headers: Mapping[str, str]) -> bool:
    call = f"isOfTheShop(Buffer.from({json.dumps(BODY.decode())}), {json.dumps(dict(headers))}, '{shown(SECRET)}')"
    script = f"{code_of('javascript')}\nprocess.stdout.write(String({call}));"
    done = subprocess.run(["node", "-e", script], capture_output=True, encoding="utf-8", check=True)
    return done.stdout == "true"


def by_the_library(headers: Mapping[str, str]) -> bool:
    try:
        return bool(Verifier(shown(SECRET)).verify(BODY, dict(headers)))
    except WebhookVerificationError:
        return False


@pytest.mark.parametrize("verifies", [in_python, in_node, by_the_library])
def test_what_the_shop_signed_is_told_from_all_else(verifies: Callable[[Mapping[str, str]], bool]) -> None:
    if verifies is in_node and not shutil.which("node"):
        pytest.skip("needs Node.js: apt-get install nodejs")
    other = secret_of(bytes(16), "two")

    assert verifies(signed())
    assert verifies(signed(secrets=(other, SECRET)))
    assert not verifies(signed(secrets=(other,)))
    assert not verifies(signed(body=BODY + b" "))
    assert not verifies(signed(ago_s=3600))
    assert not verifies({**signed(), "webhook-id": "evt_1_2"})


def test_another_shop_has_other_secrets() -> None:
    assert secret_of(bytes(range(16)), "one") != SECRET
    assert len(SECRET) == 32
