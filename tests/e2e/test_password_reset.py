"""A forgotten password, on a laptop without a mail server: the mail is on the terminal of `make up`."""

from __future__ import annotations

import re
import uuid

import httpx
import pytest

from deploy.local.shop import Refused, Shop
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually

OLD, NEW = "untold Passw0rd!", "another Passw0rd?"


async def post(http: httpx.AsyncClient, path: str, **body: str) -> None:
    answer = await http.post(f"/api/v1/{path}", json=body)
    assert (answer.status_code, answer.json()) == (200, {}), answer.text


async def test_a_forgotten_password_is_replaced_with_the_token_on_the_terminal(
    mesh: RunningMesh, http: httpx.AsyncClient
) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    await Shop(http).register(email, OLD, "A shopper")
    nobody = f"{uuid.uuid4().hex}@example.com"

    await post(http, "users:requestPasswordReset", email=email)
    await post(http, "users:requestPasswordReset", email=nobody)

    mail = re.compile(rf"Mail to {email}: Choose another password.*?([\w-]{{43}})\n.*?It works once", re.DOTALL)
    (token,) = await eventually(lambda: mail.findall(mesh.log), timeout_s=10)
    assert nobody not in mesh.log
    await post(http, "users:resetPassword", token=token, newPassword=NEW)
    with pytest.raises(Refused):
        await Shop(http).login(email, OLD)
    signed_in = await Shop(http).login(email, NEW)
    me = (await http.get("/api/v1/users/me", headers=signed_in.headers)).json()
    assert me["emailVerified"] is True
