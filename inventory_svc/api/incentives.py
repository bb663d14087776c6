"""IncentiveService: maps messages to commands and queries, and results to messages."""

from __future__ import annotations

from easyorder.incentive.v1 import (
    ActivateIncentiveRequest,
    CreateIncentiveRequest,
    DeactivateIncentiveRequest,
    GetIncentiveRequest,
    GetLoyaltyAccountRequest,
    Incentive,
    ListIncentivesRequest,
    ListIncentivesResponse,
    LoyaltyAccount,
    UpdateIncentiveRequest,
)

from chassis.context import current
from chassis.mediator import Mediator
from chassis.request_keys import request_key
from inventory_svc.api.catalogue_rules import INCENTIVE_RULES
from inventory_svc.commands.activate_incentive import ActivateIncentive
from inventory_svc.commands.create_incentive import CreateIncentive
from inventory_svc.commands.deactivate_incentive import DeactivateIncentive
from inventory_svc.commands.get_loyalty_account import GetLoyaltyAccount
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.messages.incentives import (
    incentive_message,
    incentive_of_message,
    update_incentive_command,
)
from inventory_svc.queries.incentives import IncentiveQueries


class IncentiveApi:
    """The servicer of easyorder.incentive.v1.IncentiveService."""

    rules = INCENTIVE_RULES

    def __init__(self, mediator: Mediator[InventoryUow], queries: IncentiveQueries) -> None:
        self._mediator = mediator
        self._queries = queries

    async def create_incentive(self, request: CreateIncentiveRequest) -> Incentive:
        assert request.incentive is not None  # the contract requires it
        command = CreateIncentive(
            request=request_key(request, request.request_id, "CreateIncentive"),
            incentive=incentive_of_message(request.incentive),
        )
        return incentive_message(await self._mediator.send(command))

    async def update_incentive(self, request: UpdateIncentiveRequest) -> Incentive:
        command = update_incentive_command(request, request_key(request, request.request_id, "UpdateIncentive"))
        return incentive_message(await self._mediator.send(command))

    async def activate_incentive(self, request: ActivateIncentiveRequest) -> Incentive:
        command = ActivateIncentive(
            request=request_key(request, request.request_id, "ActivateIncentive"), incentive_id=int(request.id)
        )
        return incentive_message(await self._mediator.send(command))

    async def deactivate_incentive(self, request: DeactivateIncentiveRequest) -> Incentive:
        command = DeactivateIncentive(
            request=request_key(request, request.request_id, "DeactivateIncentive"), incentive_id=int(request.id)
        )
        return incentive_message(await self._mediator.send(command))

    async def get_incentive(self, request: GetIncentiveRequest) -> Incentive:
        return incentive_message(await self._queries.get_incentive(int(request.id)))

    async def list_incentives(self, request: ListIncentivesRequest) -> ListIncentivesResponse:
        page = await self._queries.list_incentives(page_size=request.page_size, page_token=request.page_token)
        return ListIncentivesResponse(
            incentives=[incentive_message(incentive) for incentive in page.incentives],
            next_page_token=page.next_page_token,
            read_time=page.read_time,
        )

    async def get_loyalty_account(self, _request: GetLoyaltyAccountRequest) -> LoyaltyAccount:
        user_id = current().caller.id
        points = await self._mediator.send(GetLoyaltyAccount(user_id=user_id))
        return LoyaltyAccount(user_id=user_id, points=points)
