"""Who may call which method, written by hand: what the contract's access rules must come to, at a service's own port.

    yes    is let through; the request may then fail for what it says
    sees   is let through, and the reply has what belongs to the owner
    own    is let through, and the reply has nothing of the owner's
    401    must sign in, or do so again
    403    is told that this is not for them
    404    is told that there is no such thing
    none   there is no such method

Requests name the order, the session and the account of the owner, and the order belongs to the team of the owner and
the mate. The former mate has left that team, and has a new token; the disabled user has an old one. Over Envoy,
internal methods do not exist, and a service is nobody. The services have tokens for the one that they call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chassis.contract import Method

REFUSED = {"401", "403", "404", "none"}
EXPECTATIONS = """
                                         nobody  owner  other  mate  former  disabled  admin  inventory  order  payment
ProductService/ListProducts              yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
ProductService/GetProduct                yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
ProductService/CreateProduct             401     403    403    403   403     401       yes    403        403    403
ProductService/UpdateProduct             401     403    403    403   403     401       yes    403        403    403
ProductService/DeleteProduct             401     403    403    403   403     401       yes    403        403    403
ProductService/UndeleteProduct           401     403    403    403   403     401       yes    403        403    403
PortalService/GetHome                    yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetHealth                  yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetOpenApi                 yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetConsole                 yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetTracking                yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetShop                    yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetDocs                    yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetGuides                  yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetGuide                   yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
PortalService/GetStatic                  yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
IdentityService/Register                 yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
IdentityService/Login                    yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
IdentityService/RefreshToken             yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
IdentityService/Logout                   401     yes    yes    yes   yes     401       yes    403        403    403
IdentityService/ListSessions             401     sees   404    404   404     401       sees   403        403    403
IdentityService/DeleteSession            401     yes    404    404   404     401       yes    403        403    403
IdentityService/GetUser                  401     sees   404    404   404     401       sees   403        403    403
IdentityService/UpdateUser               401     yes    404    404   404     401       yes    403        403    403
IdentityService/ChangePassword           401     yes    404    404   404     401       yes    403        403    403
IdentityService/RequestPasswordReset     yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
IdentityService/ResetPassword            yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
IdentityService/RequestEmailVerification 401     yes    404    404   404     401       yes    403        403    403
IdentityService/VerifyEmail              yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
IdentityService/ListUsers                401     403    403    403   403     401       yes    403        403    403
IdentityService/SetUserRoles             401     403    403    403   403     401       yes    403        403    403
IdentityService/DisableUser              401     403    403    403   403     401       yes    403        403    403
IdentityService/EnableUser               401     403    403    403   403     401       yes    403        403    403
IdentityService/CreateTeam               401     403    403    403   403     401       yes    403        403    403
IdentityService/AddTeamMember            401     403    403    403   403     401       yes    403        403    403
IdentityService/RemoveTeamMember         401     403    403    403   403     401       yes    403        403    403
IdentityService/ListTeams                401     403    403    403   403     401       yes    403        403    403
IdentityService/GetJwks                  yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
IncentiveService/CreateIncentive         401     403    403    403   403     401       yes    403        403    403
IncentiveService/UpdateIncentive         401     403    403    403   403     401       yes    403        403    403
IncentiveService/GetIncentive            401     403    403    403   403     401       yes    403        403    403
IncentiveService/ListIncentives          401     403    403    403   403     401       yes    403        403    403
IncentiveService/ActivateIncentive       401     403    403    403   403     401       yes    403        403    403
IncentiveService/DeactivateIncentive     401     403    403    403   403     401       yes    403        403    403
IncentiveService/GetLoyaltyAccount       401     yes    yes    yes   yes     401       yes    403        403    403
RevocationService/ListRevocations        401     403    403    403   403     401       403    yes        yes    yes
InventoryService/GetProductInventory     yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
InventoryService/AdjustStock             401     403    403    403   403     401       yes    403        403    403
InventoryService/GetStockLevel           401     403    403    403   403     401       yes    403        403    403
InventoryService/ListStockLevels         401     403    403    403   403     401       yes    403        403    403
InventoryService/WatchInventory          yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
ReservationService/Reserve               401     403    403    403   403     401       403    403        yes    403
ReservationService/PreviewReservation    401     403    403    403   403     401       403    403        yes    403
ReservationService/Commit                401     403    403    403   403     401       403    403        yes    403
ReservationService/Amend                 401     403    403    403   403     401       403    403        yes    403
ReservationService/Restock               401     403    403    403   403     401       403    403        yes    403
ReservationService/Release               401     403    403    403   403     401       403    403        yes    403
ReservationService/ListReservations      401     403    403    403   403     401       403    403        yes    403
OrderService/CreateOrder                 401     yes    yes    yes   yes     401       yes    403        403    403
OrderService/PreviewOrder                401     yes    yes    yes   yes     401       yes    403        403    403
OrderService/GetOrder                    401     sees   404    sees  404     401       sees   403        403    403
OrderService/GetOrderStatus              401     sees   404    sees  404     401       sees   403        403    403
OrderService/ListOrders                  401     sees   own    sees  own     401       own    403        403    403
OrderService/UpdateOrder                 401     yes    404    yes   404     401       yes    403        403    403
OrderService/UpdateOrderMetadata         401     yes    404    yes   404     401       yes    403        403    403
OrderService/CancelOrder                 401     yes    404    yes   404     401       yes    403        403    403
OrderService/RetryPayment                401     yes    404    yes   404     401       yes    403        403    403
OrderService/ListAllOrders               401     403    403    403   403     401       yes    403        403    403
OrderService/ShipOrder                   401     403    403    403   403     401       yes    403        403    403
OrderService/DeliverOrder                401     403    403    403   403     401       yes    403        403    403
OrderService/RefundOrder                 401     403    403    403   403     401       yes    403        403    403
OrderService/GetDailyReport              401     403    403    403   403     401       yes    403        403    403
OrderService/ExportOrders                401     403    403    403   403     401       yes    403        403    403
OrderWatchService/WatchOrder             401     sees   404    sees  404     401       sees   403        403    403
OrderWatchService/WatchOrders            401     yes    yes    yes   yes     401       yes    403        403    403
OrderWatchService/WatchAllOrders         401     403    403    403   403     401       yes    403        403    403
OrderWatchService/CreateStreamTicket     401     yes    yes    yes   yes     401       yes    403        403    403
OrderWatchService/CreateTrackingLink     401     yes    404    yes   404     401       yes    403        403    403
OrderWatchService/RevokeTrackingLinks    401     yes    404    yes   404     401       yes    403        403    403
OrderWatchService/WatchTrackedOrder      yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
OrderFeedService/Subscribe               401     403    403    403   403     401       403    yes        403    403
OrderStockService/ConfirmAvailability    401     403    403    403   403     401       403    yes        403    403
OrderStockService/FindPlacedHolds        401     403    403    403   403     401       403    yes        403    403
PaymentService/Charge                    401     403    403    403   403     401       403    403        yes    403
PaymentService/ChargeMany                401     403    403    403   403     401       403    403        yes    403
PaymentService/Refund                    401     403    403    403   403     401       403    403        yes    403
PaymentService/GetPayment                401     403    403    403   403     401       403    403        yes    403
PaymentService/CheckNotice               401     403    403    403   403     401       403    403        yes    403
PaymentService/ListTransactions          401     403    403    403   403     401       403    403        yes    403
PaymentService/ListMovements             401     403    403    403   403     401       403    403        yes    403
OpsService/ListJobs                      401     403    403    403   403     401       yes    403        403    403
OpsService/WatchJobs                     401     403    403    403   403     401       yes    403        403    403
OpsService/RetryJob                      401     403    403    403   403     401       yes    403        403    403
OpsService/DiscardJob                    401     403    403    403   403     401       yes    403        403    403
OpsService/ListErrors                    401     403    403    403   403     401       yes    403        403    403
OpsService/ListAuditEntries              401     403    403    403   403     401       yes    403        403    403
OpsService/ExportAuditEntries            401     403    403    403   403     401       yes    403        403    403
OpsService/GetStats                      401     403    403    403   403     401       yes    403        403    403
OpsService/GetMetrics                    401     403    403    403   403     401       yes    403        403    403
OpsService/WatchMetrics                  401     403    403    403   403     401       yes    403        403    403
HealthService/WatchHealth                401     403    403    403   403     403       yes    403        403    403
WebhookService/CreateWebhook             401     403    403    403   403     401       yes    403        403    403
WebhookService/GetWebhook                401     403    403    403   403     401       yes    403        403    403
WebhookService/ListWebhooks              401     403    403    403   403     401       yes    403        403    403
WebhookService/UpdateWebhook             401     403    403    403   403     401       yes    403        403    403
WebhookService/DeleteWebhook             401     403    403    403   403     401       yes    403        403    403
WebhookService/RotateWebhookSecret       401     403    403    403   403     401       yes    403        403    403
WebhookService/ReplayWebhookEvents       401     403    403    403   403     401       yes    403        403    403
WebhookService/ListWebhookDeliveries     401     403    403    403   403     401       yes    403        403    403
WebhookService/RedeliverWebhookEvent     401     403    403    403   403     401       yes    403        403    403
PaymentComparisonService/ListPaymentComparisons 401  403    403    403   403  401  yes    403  403    403
PaymentComparisonService/ListPaymentDifferences 401  403    403    403   403  401  yes    403  403    403
PaymentComparisonService/RunPaymentComparison   401  403    403    403   403  401  yes    403  403    403
PaymentWebhookService/ReceiveStripeEvent yes     yes    yes    yes   yes     yes       yes    yes        yes    yes
"""


def expectations(table: str = EXPECTATIONS) -> Mapping[str, Mapping[str, str]]:
    """By the name of a method, what each caller meets."""
    header, *rows = [line.split() for line in table.strip().splitlines()]
    return {name: dict(zip(header, cells, strict=True)) for name, *cells in rows}


def row_of(method: Method) -> str:
    """The name of the method's row."""
    return method.full_name.rpartition(".")[2]


def gaps(methods: Iterable[Method], rows: Iterable[str]) -> tuple[set[str], set[str]]:
    """The methods without an expectation, and the expectations of no method."""
    served, expected = {row_of(method) for method in methods}, set(rows)
    return served - expected, expected - served
