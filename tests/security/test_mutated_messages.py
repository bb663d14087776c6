"""Mutated messages to all methods on the gRPC ports: each is answered, none with a fault, and no process ends.

EASYORDER_TEST_MUTATIONS_SEED [0] is the seed: with the same one the messages are the same.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections import Counter
from contextlib import AsyncExitStack
from random import Random

import grpc
import httpx
import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass

from chassis import contract
from chassis.contract import Method
from deploy.local.shop import Shop
from envoy.routing import OPS
from tests.security.attackers import an_item, an_order
from tests.security.hostile import good_message
from tests.security.mutations import Mutations
from tests.security.requests import FAULTS, grpc_answer, home_of
from tests.security.stage import MODULES, Stage

SEED = int(os.environ.get("EASYORDER_TEST_MUTATIONS_SEED", "0"))
METHODS = [method for method in contract.methods().values() if not method.access.planned]
AT_ONCE = 16


def mutations(method: Method, stage: Stage) -> Mutations:
    described, known = contract.descriptor_of(method.request), stage.known_to(method)
    good = ParseDict(good_message(described, known), GetMessageClass(described)(), descriptor_pool=contract.pool())
    return Mutations(good, known, Random(f"{SEED} {method.full_name}"))


def test_a_seed_makes_the_same_messages(stage: Stage) -> None:
    method = contract.methods()["/easyorder.order.v1.OrderService/CreateOrder"]
    first, second = mutations(method, stage), mutations(method, stage)

    made = [first.next() for _ in range(100)]

    assert made == [second.next() for _ in range(100)]
    assert len(set(made)) > 80


@pytest.mark.timeout(280)
@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.load)])
async def test_each_is_answered(count: int, stage: Stage, http: httpx.AsyncClient, admin: Shop) -> None:
    processes = {name: stage.mesh.pids_of(module) for name, module in MODULES.items()}
    codes: Counter[grpc.StatusCode] = Counter()
    found: list[str] = []
    free = asyncio.Semaphore(AT_ONCE)

    async def send(channel: grpc.aio.Channel, method: Method, message: bytes) -> None:
        async with free:
            code, details = await grpc_answer(channel, method, message, stage.headers(method))
        codes[code] += 1
        if code in FAULTS:
            found.append(f"{method.full_name}: {code.name} {details[:200]} to {base64.b64encode(message)[:2_000]!r}")

    async with AsyncExitStack() as opened:
        ports = {name: await opened.enter_async_context(stage.mesh.open_channel(name)) for name in MODULES}
        for method in METHODS:
            channel = ports["order" if method.service == OPS else home_of(method)]
            made = mutations(method, stage)
            await asyncio.gather(*(send(channel, method, made.next()) for _ in range(-(-count // len(METHODS)))))

    print(dict(codes))
    assert not found, "\n".join(found[:20])
    assert sum(codes.values()) >= count
    # Otherwise none would have come further than the checks of messages.
    assert codes[grpc.StatusCode.OK] > count / 10
    assert {name: stage.mesh.pids_of(module) for name, module in MODULES.items()} == processes
    assert (await http.get("/healthz")).is_success
    order = an_order(await an_item(admin))
    assert (await http.post("/api/v1/orders", json=order, headers=admin.headers)).is_success
