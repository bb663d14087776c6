"""Registers the handlers of all commands."""

from __future__ import annotations

from functools import partial

from chassis.mediator import Mediator
from inventory_svc.commands.activate_incentive import ActivateIncentive, activate_incentive
from inventory_svc.commands.adjust_stock import AdjustStock, adjust_stock
from inventory_svc.commands.amend import Amend, amend_batch
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.confirm_placed import ConfirmPlaced, confirm_placed
from inventory_svc.commands.create_incentive import CreateIncentive, create_incentive
from inventory_svc.commands.create_product import CreateProduct, create_product
from inventory_svc.commands.deactivate_incentive import DeactivateIncentive, deactivate_incentive
from inventory_svc.commands.delete_product import DeleteProduct, delete_product
from inventory_svc.commands.expire_reservation import ExpireReservation, expire_reservations
from inventory_svc.commands.get_loyalty_account import GetLoyaltyAccount, get_loyalty_account
from inventory_svc.commands.give_up_backorder import GiveUpBackorder, give_up_backorders
from inventory_svc.commands.keep_reservation import KeepReservation, keep_reservations
from inventory_svc.commands.preview_amendment import PreviewAmendment, preview_amendment
from inventory_svc.commands.preview_reservation import PreviewReservation, preview_reservation
from inventory_svc.commands.release import Release, release_batch
from inventory_svc.commands.reserve import Reserve, reserve_and_commit
from inventory_svc.commands.restock import Restock, restock_batch
from inventory_svc.commands.undelete_product import UndeleteProduct, undelete_product
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.commands.update_incentive import UpdateIncentive, update_incentive
from inventory_svc.commands.update_product import UpdateProduct, update_product
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import HoldTimes


def handle_commands(mediator: Mediator[InventoryUow], *, times: HoldTimes, rates: LoyaltyRates, low_stock: int) -> None:
    """Registers the handler of each command with the mediator; frequent commands run in batches."""
    reserve = partial(reserve_and_commit, times=times, rates=rates, low=low_stock)
    mediator.handle_batch([Reserve, Commit], reserve, optimistic=True)
    mediator.handle_batch(Release, release_batch)
    mediator.handle_batch(Amend, partial(amend_batch, times=times, rates=rates))
    mediator.handle(PreviewAmendment, partial(preview_amendment, rates=rates))
    mediator.handle_batch(Restock, partial(restock_batch, rates=rates))
    mediator.handle(AdjustStock, adjust_stock)
    mediator.handle_batch(KeepReservation, keep_reservations)
    mediator.handle(CreateProduct, create_product)
    mediator.handle(UpdateProduct, update_product)
    mediator.handle(DeleteProduct, delete_product)
    mediator.handle(UndeleteProduct, undelete_product)
    mediator.handle_batch(ExpireReservation, expire_reservations)
    mediator.handle_batch(ConfirmPlaced, partial(confirm_placed, times=times))
    mediator.handle_batch(GiveUpBackorder, give_up_backorders)
    mediator.handle(CreateIncentive, create_incentive)
    mediator.handle(UpdateIncentive, update_incentive)
    mediator.handle(ActivateIncentive, activate_incentive)
    mediator.handle(DeactivateIncentive, deactivate_incentive)
    mediator.handle(PreviewReservation, partial(preview_reservation, rates=rates))
    mediator.handle(GetLoyaltyAccount, get_loyalty_account)
