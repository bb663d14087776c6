"""Generated from proto/ by proto/python_client.py: run `make gen`, do not edit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator

from easyorder_client import messages as m
from easyorder_client.async_calls import AsyncCalls
from easyorder_client.attempts import Method
from easyorder_client.paging import AsyncPager, Pager
from easyorder_client.sync_calls import SyncCalls

LIST_PRODUCTS = Method(
    '/easyorder.catalog.v1.ProductService/ListProducts',
    m.ListProductsRequest,
    m.ListProductsResponse,
)
GET_PRODUCT = Method(
    '/easyorder.catalog.v1.ProductService/GetProduct',
    m.GetProductRequest,
    m.Product,
)
CREATE_PRODUCT = Method(
    '/easyorder.catalog.v1.ProductService/CreateProduct',
    m.CreateProductRequest,
    m.Product,
)
UPDATE_PRODUCT = Method(
    '/easyorder.catalog.v1.ProductService/UpdateProduct',
    m.UpdateProductRequest,
    m.Product,
)
DELETE_PRODUCT = Method(
    '/easyorder.catalog.v1.ProductService/DeleteProduct',
    m.DeleteProductRequest,
    m.Product,
)
UNDELETE_PRODUCT = Method(
    '/easyorder.catalog.v1.ProductService/UndeleteProduct',
    m.UndeleteProductRequest,
    m.Product,
)
REGISTER = Method(
    '/easyorder.identity.v1.IdentityService/Register',
    m.RegisterRequest,
    m.User,
)
LIST_SESSIONS = Method(
    '/easyorder.identity.v1.IdentityService/ListSessions',
    m.ListSessionsRequest,
    m.ListSessionsResponse,
)
DELETE_SESSION = Method(
    '/easyorder.identity.v1.IdentityService/DeleteSession',
    m.DeleteSessionRequest,
    m.google.protobuf.Empty,
)
GET_USER = Method(
    '/easyorder.identity.v1.IdentityService/GetUser',
    m.GetUserRequest,
    m.User,
)
UPDATE_USER = Method(
    '/easyorder.identity.v1.IdentityService/UpdateUser',
    m.UpdateUserRequest,
    m.User,
)
CHANGE_PASSWORD = Method(
    '/easyorder.identity.v1.IdentityService/ChangePassword',
    m.ChangePasswordRequest,
    m.User,
)
REQUEST_PASSWORD_RESET = Method(
    '/easyorder.identity.v1.IdentityService/RequestPasswordReset',
    m.RequestPasswordResetRequest,
    m.google.protobuf.Empty,
)
RESET_PASSWORD = Method(
    '/easyorder.identity.v1.IdentityService/ResetPassword',
    m.ResetPasswordRequest,
    m.google.protobuf.Empty,
)
REQUEST_EMAIL_VERIFICATION = Method(
    '/easyorder.identity.v1.IdentityService/RequestEmailVerification',
    m.RequestEmailVerificationRequest,
    m.google.protobuf.Empty,
)
VERIFY_EMAIL = Method(
    '/easyorder.identity.v1.IdentityService/VerifyEmail',
    m.VerifyEmailRequest,
    m.google.protobuf.Empty,
)
LIST_USERS = Method(
    '/easyorder.identity.v1.IdentityService/ListUsers',
    m.ListUsersRequest,
    m.ListUsersResponse,
)
SET_USER_ROLES = Method(
    '/easyorder.identity.v1.IdentityService/SetUserRoles',
    m.SetUserRolesRequest,
    m.User,
)
DISABLE_USER = Method(
    '/easyorder.identity.v1.IdentityService/DisableUser',
    m.DisableUserRequest,
    m.User,
)
ENABLE_USER = Method(
    '/easyorder.identity.v1.IdentityService/EnableUser',
    m.EnableUserRequest,
    m.User,
)
CREATE_TEAM = Method(
    '/easyorder.identity.v1.IdentityService/CreateTeam',
    m.CreateTeamRequest,
    m.Team,
)
ADD_TEAM_MEMBER = Method(
    '/easyorder.identity.v1.IdentityService/AddTeamMember',
    m.AddTeamMemberRequest,
    m.Team,
)
REMOVE_TEAM_MEMBER = Method(
    '/easyorder.identity.v1.IdentityService/RemoveTeamMember',
    m.RemoveTeamMemberRequest,
    m.Team,
)
LIST_TEAMS = Method(
    '/easyorder.identity.v1.IdentityService/ListTeams',
    m.ListTeamsRequest,
    m.ListTeamsResponse,
)
GET_JWKS = Method(
    '/easyorder.identity.v1.IdentityService/GetJwks',
    m.GetJwksRequest,
    m.Jwks,
)
CREATE_INCENTIVE = Method(
    '/easyorder.incentive.v1.IncentiveService/CreateIncentive',
    m.CreateIncentiveRequest,
    m.Incentive,
)
UPDATE_INCENTIVE = Method(
    '/easyorder.incentive.v1.IncentiveService/UpdateIncentive',
    m.UpdateIncentiveRequest,
    m.Incentive,
)
GET_INCENTIVE = Method(
    '/easyorder.incentive.v1.IncentiveService/GetIncentive',
    m.GetIncentiveRequest,
    m.Incentive,
)
LIST_INCENTIVES = Method(
    '/easyorder.incentive.v1.IncentiveService/ListIncentives',
    m.ListIncentivesRequest,
    m.ListIncentivesResponse,
)
ACTIVATE_INCENTIVE = Method(
    '/easyorder.incentive.v1.IncentiveService/ActivateIncentive',
    m.ActivateIncentiveRequest,
    m.Incentive,
)
DEACTIVATE_INCENTIVE = Method(
    '/easyorder.incentive.v1.IncentiveService/DeactivateIncentive',
    m.DeactivateIncentiveRequest,
    m.Incentive,
)
GET_LOYALTY_ACCOUNT = Method(
    '/easyorder.incentive.v1.IncentiveService/GetLoyaltyAccount',
    m.GetLoyaltyAccountRequest,
    m.LoyaltyAccount,
)
GET_PRODUCT_INVENTORY = Method(
    '/easyorder.inventory.v1.InventoryService/GetProductInventory',
    m.GetProductInventoryRequest,
    m.ProductInventory,
)
ADJUST_STOCK = Method(
    '/easyorder.inventory.v1.InventoryService/AdjustStock',
    m.AdjustStockRequest,
    m.StockLevel,
)
GET_STOCK_LEVEL = Method(
    '/easyorder.inventory.v1.InventoryService/GetStockLevel',
    m.GetStockLevelRequest,
    m.StockLevel,
)
LIST_STOCK_LEVELS = Method(
    '/easyorder.inventory.v1.InventoryService/ListStockLevels',
    m.ListStockLevelsRequest,
    m.ListStockLevelsResponse,
)
WATCH_INVENTORY = Method(
    '/easyorder.inventory.v1.InventoryService/WatchInventory',
    m.WatchInventoryRequest,
    m.InventoryEvent,
)
CREATE_ORDER = Method(
    '/easyorder.order.v1.OrderService/CreateOrder',
    m.CreateOrderRequest,
    m.Order,
)
PREVIEW_ORDER = Method(
    '/easyorder.order.v1.OrderService/PreviewOrder',
    m.PreviewOrderRequest,
    m.PreviewOrderResponse,
)
GET_ORDER = Method(
    '/easyorder.order.v1.OrderService/GetOrder',
    m.GetOrderRequest,
    m.Order,
)
GET_ORDER_STATUS = Method(
    '/easyorder.order.v1.OrderService/GetOrderStatus',
    m.GetOrderStatusRequest,
    m.GetOrderStatusResponse,
)
LIST_ORDERS = Method(
    '/easyorder.order.v1.OrderService/ListOrders',
    m.ListOrdersRequest,
    m.ListOrdersResponse,
)
UPDATE_ORDER = Method(
    '/easyorder.order.v1.OrderService/UpdateOrder',
    m.UpdateOrderRequest,
    m.Order,
)
UPDATE_ORDER_METADATA = Method(
    '/easyorder.order.v1.OrderService/UpdateOrderMetadata',
    m.UpdateOrderMetadataRequest,
    m.OrderMetadata,
)
CANCEL_ORDER = Method(
    '/easyorder.order.v1.OrderService/CancelOrder',
    m.CancelOrderRequest,
    m.Order,
)
RETRY_PAYMENT = Method(
    '/easyorder.order.v1.OrderService/RetryPayment',
    m.RetryPaymentRequest,
    m.Order,
)
LIST_ALL_ORDERS = Method(
    '/easyorder.order.v1.OrderService/ListAllOrders',
    m.ListAllOrdersRequest,
    m.ListOrdersResponse,
)
SHIP_ORDER = Method(
    '/easyorder.order.v1.OrderService/ShipOrder',
    m.ShipOrderRequest,
    m.Order,
)
DELIVER_ORDER = Method(
    '/easyorder.order.v1.OrderService/DeliverOrder',
    m.DeliverOrderRequest,
    m.Order,
)
REFUND_ORDER = Method(
    '/easyorder.order.v1.OrderService/RefundOrder',
    m.RefundOrderRequest,
    m.Order,
)
GET_DAILY_REPORT = Method(
    '/easyorder.order.v1.OrderService/GetDailyReport',
    m.GetDailyReportRequest,
    m.DailyReport,
)
EXPORT_ORDERS = Method(
    '/easyorder.order.v1.OrderService/ExportOrders',
    m.ExportOrdersRequest,
    m.HttpBody,
)
WATCH_ORDER = Method(
    '/easyorder.order.v1.OrderWatchService/WatchOrder',
    m.WatchOrderRequest,
    m.OrderEvent,
)
WATCH_ORDERS = Method(
    '/easyorder.order.v1.OrderWatchService/WatchOrders',
    m.WatchOrdersRequest,
    m.OrderEvent,
)
WATCH_ALL_ORDERS = Method(
    '/easyorder.order.v1.OrderWatchService/WatchAllOrders',
    m.WatchAllOrdersRequest,
    m.OrderEvent,
)
CREATE_STREAM_TICKET = Method(
    '/easyorder.order.v1.OrderWatchService/CreateStreamTicket',
    m.CreateStreamTicketRequest,
    m.StreamTicket,
)
CREATE_TRACKING_LINK = Method(
    '/easyorder.order.v1.OrderWatchService/CreateTrackingLink',
    m.CreateTrackingLinkRequest,
    m.TrackingLink,
)
REVOKE_TRACKING_LINKS = Method(
    '/easyorder.order.v1.OrderWatchService/RevokeTrackingLinks',
    m.RevokeTrackingLinksRequest,
    m.google.protobuf.Empty,
)
WATCH_TRACKED_ORDER = Method(
    '/easyorder.order.v1.OrderWatchService/WatchTrackedOrder',
    m.WatchTrackedOrderRequest,
    m.TrackedOrderEvent,
)
LIST_JOBS = Method(
    '/easyorder.ops.v1.OpsService/ListJobs',
    m.ListJobsRequest,
    m.ListJobsResponse,
)
WATCH_JOBS = Method(
    '/easyorder.ops.v1.OpsService/WatchJobs',
    m.WatchJobsRequest,
    m.JobsEvent,
)
RETRY_JOB = Method(
    '/easyorder.ops.v1.OpsService/RetryJob',
    m.RetryJobRequest,
    m.Job,
)
DISCARD_JOB = Method(
    '/easyorder.ops.v1.OpsService/DiscardJob',
    m.DiscardJobRequest,
    m.Job,
)
LIST_ERRORS = Method(
    '/easyorder.ops.v1.OpsService/ListErrors',
    m.ListErrorsRequest,
    m.ListErrorsResponse,
)
LIST_AUDIT_ENTRIES = Method(
    '/easyorder.ops.v1.OpsService/ListAuditEntries',
    m.ListAuditEntriesRequest,
    m.ListAuditEntriesResponse,
)
EXPORT_AUDIT_ENTRIES = Method(
    '/easyorder.ops.v1.OpsService/ExportAuditEntries',
    m.ExportAuditEntriesRequest,
    m.HttpBody,
)
GET_STATS = Method(
    '/easyorder.ops.v1.OpsService/GetStats',
    m.GetStatsRequest,
    m.Stats,
)
GET_METRICS = Method(
    '/easyorder.ops.v1.OpsService/GetMetrics',
    m.GetMetricsRequest,
    m.HttpBody,
)
WATCH_METRICS = Method(
    '/easyorder.ops.v1.OpsService/WatchMetrics',
    m.WatchMetricsRequest,
    m.MetricsSample,
)
WATCH_HEALTH = Method(
    '/easyorder.ops.v1.HealthService/WatchHealth',
    m.WatchHealthRequest,
    m.HealthEvent,
)
LIST_PAYMENT_COMPARISONS = Method(
    '/easyorder.payment.v1.PaymentComparisonService/ListPaymentComparisons',
    m.ListPaymentComparisonsRequest,
    m.ListPaymentComparisonsResponse,
)
LIST_PAYMENT_DIFFERENCES = Method(
    '/easyorder.payment.v1.PaymentComparisonService/ListPaymentDifferences',
    m.ListPaymentDifferencesRequest,
    m.ListPaymentDifferencesResponse,
)
RUN_PAYMENT_COMPARISON = Method(
    '/easyorder.payment.v1.PaymentComparisonService/RunPaymentComparison',
    m.RunPaymentComparisonRequest,
    m.PaymentComparison,
)
CREATE_WEBHOOK = Method(
    '/easyorder.webhook.v1.WebhookService/CreateWebhook',
    m.CreateWebhookRequest,
    m.Webhook,
)
GET_WEBHOOK = Method(
    '/easyorder.webhook.v1.WebhookService/GetWebhook',
    m.GetWebhookRequest,
    m.Webhook,
)
LIST_WEBHOOKS = Method(
    '/easyorder.webhook.v1.WebhookService/ListWebhooks',
    m.ListWebhooksRequest,
    m.ListWebhooksResponse,
)
UPDATE_WEBHOOK = Method(
    '/easyorder.webhook.v1.WebhookService/UpdateWebhook',
    m.UpdateWebhookRequest,
    m.Webhook,
)
DELETE_WEBHOOK = Method(
    '/easyorder.webhook.v1.WebhookService/DeleteWebhook',
    m.DeleteWebhookRequest,
    m.google.protobuf.Empty,
)
ROTATE_WEBHOOK_SECRET = Method(
    '/easyorder.webhook.v1.WebhookService/RotateWebhookSecret',
    m.RotateWebhookSecretRequest,
    m.Webhook,
)
REPLAY_WEBHOOK_EVENTS = Method(
    '/easyorder.webhook.v1.WebhookService/ReplayWebhookEvents',
    m.ReplayWebhookEventsRequest,
    m.Webhook,
)
LIST_WEBHOOK_DELIVERIES = Method(
    '/easyorder.webhook.v1.WebhookService/ListWebhookDeliveries',
    m.ListWebhookDeliveriesRequest,
    m.ListWebhookDeliveriesResponse,
)
REDELIVER_WEBHOOK_EVENT = Method(
    '/easyorder.webhook.v1.WebhookService/RedeliverWebhookEvent',
    m.RedeliverWebhookEventRequest,
    m.WebhookDelivery,
)


class Methods(SyncCalls):
    """The methods of the contract."""

    def list_products(self, request: m.ListProductsRequest = m.ListProductsRequest(), *, timeout: float | None = None) -> Pager[m.ListProductsResponse, m.Product]:
        """Lists products, newest last, by page number or by page token. PAGE_TOO_LARGE when they do not fit in one reply.
        PERMISSION_DENIED when somebody else than an administrator asks for deleted ones."""
        return self._pages(LIST_PRODUCTS, request, 'products', m.Product, timeout)

    def get_product(self, request: m.GetProductRequest, *, timeout: float | None = None) -> m.Product:
        """Reads one product. PRODUCT_NOT_FOUND when there is none. One that was deleted is there for administrators, with
        `delete_time`, and for nobody else."""
        return self._call(GET_PRODUCT, request, timeout)

    def create_product(self, request: m.CreateProductRequest, *, timeout: float | None = None) -> m.Product:
        """Creates a product with its variations, items and first stock. SKU_TAKEN when a SKU is in use."""
        return self._call(CREATE_PRODUCT, request, timeout)

    def update_product(self, request: m.UpdateProductRequest, *, timeout: float | None = None) -> m.Product:
        """Changes fields of a product (AIP-134); the others stay as they are. Lists of parts are replaced as a whole: a part is
        recognised by its id, or without one by its name or SKU, and keeps its id; a part that is left out is soft-deleted.
        PRODUCT_NOT_FOUND when there is no such product, or it was deleted. SKU_TAKEN when a SKU is in use. ETAG_MISMATCH when
        `product.etag` is not that of the product any more."""
        return self._call(UPDATE_PRODUCT, request, timeout)

    def delete_product(self, request: m.DeleteProductRequest, *, timeout: float | None = None) -> m.Product:
        """Soft-deletes a product (AIP-164): nobody can order it, and only administrators see it, where they ask for deleted
        products. Open orders keep it. It is kept until it is undeleted, however long that is. PRODUCT_NOT_FOUND when there is
        no such product, or it was deleted before. ETAG_MISMATCH when `etag` is not that of the product any more."""
        return self._call(DELETE_PRODUCT, request, timeout)

    def undelete_product(self, request: m.UndeleteProductRequest, *, timeout: float | None = None) -> m.Product:
        """Restores a deleted product as it was. PRODUCT_NOT_DELETED when it is not deleted, PRODUCT_NOT_FOUND when there
        was never such a product. ETAG_MISMATCH when `etag` is not that of the product any more."""
        return self._call(UNDELETE_PRODUCT, request, timeout)

    def register(self, request: m.RegisterRequest, *, timeout: float | None = None) -> m.User:
        """Registers a person. The role is always USER. EMAIL_TAKEN when the address is in use, WEAK_PASSWORD when the
        password is not accepted. Has no request_id: nobody is signed in whose repeat it could be. A repeat is EMAIL_TAKEN,
        and Login tells whether the first call took effect."""
        return self._call(REGISTER, request, timeout)

    def list_sessions(self, request: m.ListSessionsRequest = m.ListSessionsRequest(), *, timeout: float | None = None) -> Pager[m.ListSessionsResponse, m.Session]:
        """Lists the caller's sessions, or for an administrator those of any user: where somebody is signed in."""
        return self._pages(LIST_SESSIONS, request, 'sessions', m.Session, timeout)

    def delete_session(self, request: m.DeleteSessionRequest, *, timeout: float | None = None) -> None:
        """Ends a session of the caller, or for an administrator of any user."""
        self._call(DELETE_SESSION, request, timeout)

    def get_user(self, request: m.GetUserRequest, *, timeout: float | None = None) -> m.User:
        """Reads a user: oneself, or anybody for an administrator. The id `me` is the caller."""
        return self._call(GET_USER, request, timeout)

    def update_user(self, request: m.UpdateUserRequest, *, timeout: float | None = None) -> m.User:
        """Changes fields of a user (AIP-134), of oneself, or of anybody for an administrator; the others stay as they are. Those
        who change their own address send their current password, WRONG_PASSWORD when it is wrong, ACCOUNT_LOCKED as Login
        answers it. EMAIL_TAKEN when the address is in use."""
        return self._call(UPDATE_USER, request, timeout)

    def change_password(self, request: m.ChangePasswordRequest, *, timeout: float | None = None) -> m.User:
        """Changes a password, of oneself, or of anybody for an administrator. All sessions of the user end but the one that the
        call is made in. WRONG_PASSWORD when the current password is wrong, ACCOUNT_LOCKED as Login answers it, WEAK_PASSWORD
        when the new one is as Register refuses it."""
        return self._call(CHANGE_PASSWORD, request, timeout)

    def request_password_reset(self, request: m.RequestPasswordResetRequest, *, timeout: float | None = None) -> None:
        """Mails a token for another password to an address, if somebody who may sign in has it; the answer is the same if nobody has.
        The token works once, for 30 minutes. RATE_LIMITED after too many mails to an address or from a network address,
        MAIL_NOT_CONFIGURED where the shop has no mail server."""
        self._call(REQUEST_PASSWORD_RESET, request, timeout)

    def reset_password(self, request: m.ResetPasswordRequest, *, timeout: float | None = None) -> None:
        """Sets another password, for whoever has the token from the mail, and ends all sessions of the user. The address counts as
        verified then. MAILED_TOKEN_INVALID when the token does not work, or no longer; WEAK_PASSWORD when the password is as
        Register refuses it, after which the token still works."""
        self._call(RESET_PASSWORD, request, timeout)

    def request_email_verification(self, request: m.RequestEmailVerificationRequest, *, timeout: float | None = None) -> None:
        """Mails a token to the address of a user, which proves that the user reads mail there; nothing is sent if the address is
        verified. The token works once, for 24 hours. Refused like RequestPasswordReset: RATE_LIMITED,
        MAIL_NOT_CONFIGURED."""
        self._call(REQUEST_EMAIL_VERIFICATION, request, timeout)

    def verify_email(self, request: m.VerifyEmailRequest, *, timeout: float | None = None) -> None:
        """Marks the address as verified that the token was mailed to. MAILED_TOKEN_INVALID when the token does not work, or no
        longer; it is void once the user has another address."""
        self._call(VERIFY_EMAIL, request, timeout)

    def list_users(self, request: m.ListUsersRequest = m.ListUsersRequest(), *, timeout: float | None = None) -> Pager[m.ListUsersResponse, m.User]:
        """Lists all users."""
        return self._pages(LIST_USERS, request, 'users', m.User, timeout)

    def set_user_roles(self, request: m.SetUserRolesRequest, *, timeout: float | None = None) -> m.User:
        """Replaces the roles of a user. LAST_ADMINISTRATOR when nobody would be left with the role ADMIN who is not disabled."""
        return self._call(SET_USER_ROLES, request, timeout)

    def disable_user(self, request: m.DisableUserRequest, *, timeout: float | None = None) -> m.User:
        """Disables a user, whose sessions end, and who can neither sign in nor refresh a token. One who is disabled stays so.
        LAST_ADMINISTRATOR as in SetUserRoles."""
        return self._call(DISABLE_USER, request, timeout)

    def enable_user(self, request: m.EnableUserRequest, *, timeout: float | None = None) -> m.User:
        """Lets a disabled user sign in again. One who is not disabled stays so."""
        return self._call(ENABLE_USER, request, timeout)

    def create_team(self, request: m.CreateTeamRequest, *, timeout: float | None = None) -> m.Team:
        """Creates a team. Its members see and change the orders that are placed for it."""
        return self._call(CREATE_TEAM, request, timeout)

    def add_team_member(self, request: m.AddTeamMemberRequest, *, timeout: float | None = None) -> m.Team:
        """Adds a user to a team; adding a member again changes nothing. The team is in the user's next access token. TEAM_FULL and
        TOO_MANY_TEAMS when there are too many."""
        return self._call(ADD_TEAM_MEMBER, request, timeout)

    def remove_team_member(self, request: m.RemoveTeamMemberRequest, *, timeout: float | None = None) -> m.Team:
        """Takes a user out of a team, whose access tokens are revoked; removing somebody who is no member changes nothing."""
        return self._call(REMOVE_TEAM_MEMBER, request, timeout)

    def list_teams(self, request: m.ListTeamsRequest = m.ListTeamsRequest(), *, timeout: float | None = None) -> Pager[m.ListTeamsResponse, m.Team]:
        """Lists all teams."""
        return self._pages(LIST_TEAMS, request, 'teams', m.Team, timeout)

    def get_jwks(self, request: m.GetJwksRequest = m.GetJwksRequest(), *, timeout: float | None = None) -> m.Jwks:
        """The public keys that tokens are verified with (RFC 7517)."""
        return self._call(GET_JWKS, request, timeout)

    def create_incentive(self, request: m.CreateIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Creates an incentive. CODE_TAKEN when the code is in use."""
        return self._call(CREATE_INCENTIVE, request, timeout)

    def update_incentive(self, request: m.UpdateIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Changes fields of an incentive (AIP-134); the others stay as they are, and so do the discounts of placed orders.
        INCENTIVE_NOT_FOUND when there is no such incentive. CODE_TAKEN when the code is in use. ETAG_MISMATCH when
        `incentive.etag` is not its etag any more."""
        return self._call(UPDATE_INCENTIVE, request, timeout)

    def get_incentive(self, request: m.GetIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Reads an incentive with its uses. INCENTIVE_NOT_FOUND when there is none."""
        return self._call(GET_INCENTIVE, request, timeout)

    def list_incentives(self, request: m.ListIncentivesRequest = m.ListIncentivesRequest(), *, timeout: float | None = None) -> Pager[m.ListIncentivesResponse, m.Incentive]:
        """Lists incentives with their uses."""
        return self._pages(LIST_INCENTIVES, request, 'incentives', m.Incentive, timeout)

    def activate_incentive(self, request: m.ActivateIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Lets a deactivated incentive be used again, from `start_time` to `end_time`. An active one stays as it is.
        INCENTIVE_NOT_FOUND when there is no such incentive."""
        return self._call(ACTIVATE_INCENTIVE, request, timeout)

    def deactivate_incentive(self, request: m.DeactivateIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Lets nobody use an incentive any more; placed orders keep their discounts. One that is not active stays as it is.
        INCENTIVE_NOT_FOUND when there is no such incentive."""
        return self._call(DEACTIVATE_INCENTIVE, request, timeout)

    def get_loyalty_account(self, request: m.GetLoyaltyAccountRequest = m.GetLoyaltyAccountRequest(), *, timeout: float | None = None) -> m.LoyaltyAccount:
        """Reads the caller's loyalty points."""
        return self._call(GET_LOYALTY_ACCOUNT, request, timeout)

    def get_product_inventory(self, request: m.GetProductInventoryRequest, *, timeout: float | None = None) -> m.ProductInventory:
        """Reads how many pieces of each item of a product are available."""
        return self._call(GET_PRODUCT_INVENTORY, request, timeout)

    def adjust_stock(self, request: m.AdjustStockRequest, *, timeout: float | None = None) -> m.StockLevel:
        """Adds pieces of an item to the warehouse, up to 1000000000, or takes some away: at most those that are not reserved, else
        OUT_OF_STOCK."""
        return self._call(ADJUST_STOCK, request, timeout)

    def get_stock_level(self, request: m.GetStockLevelRequest, *, timeout: float | None = None) -> m.StockLevel:
        """Reads the stock of one item. PRODUCT_ITEM_NOT_FOUND when there is none, or it was deleted."""
        return self._call(GET_STOCK_LEVEL, request, timeout)

    def list_stock_levels(self, request: m.ListStockLevelsRequest = m.ListStockLevelsRequest(), *, timeout: float | None = None) -> Pager[m.ListStockLevelsResponse, m.StockLevel]:
        """The stock of all items, of a product's, or of those that are low, by page token."""
        return self._pages(LIST_STOCK_LEVELS, request, 'stock_levels', m.StockLevel, timeout)

    def watch_inventory(self, request: m.WatchInventoryRequest) -> Generator[m.InventoryEvent, None, None]:
        """Streams what is available of items: first as it is, then whenever it changes.

        A stream that was opened with an access token ends when the token expires, with TOKEN_EXPIRED. Streams without one
        may be ended with TOO_MANY_STREAMS, for those of users."""
        return self._watch(WATCH_INVENTORY, request)

    def create_order(self, request: m.CreateOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Holds the stock, places the order and starts its payment. The reply is the order, CONFIRMED (stock held for every
        line) or PENDING (waits for stock); follow it with WatchOrder. After OUT_OF_STOCK, PRODUCT_ITEM_NOT_FOUND or
        INCENTIVE_INVALID nothing has changed."""
        return self._call(CREATE_ORDER, request, timeout)

    def preview_order(self, request: m.PreviewOrderRequest, *, timeout: float | None = None) -> m.PreviewOrderResponse:
        """Shows the order that CreateOrder would now place for the same request, with the price of each line, discounts and
        totals. Changes nothing: no stock is held, no code is used, and the request_id can still be used. Codes that
        cannot be used are left out and named. Lines are refused as by CreateOrder: PRODUCT_ITEM_NOT_FOUND, OUT_OF_STOCK,
        another currency. Prices, stock and codes may have changed when the order is placed."""
        return self._call(PREVIEW_ORDER, request, timeout)

    def get_order(self, request: m.GetOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Reads an order."""
        return self._call(GET_ORDER, request, timeout)

    def get_order_status(self, request: m.GetOrderStatusRequest, *, timeout: float | None = None) -> m.GetOrderStatusResponse:
        """Reads the status of an order and of its payment."""
        return self._call(GET_ORDER_STATUS, request, timeout)

    def list_orders(self, request: m.ListOrdersRequest = m.ListOrdersRequest(), *, timeout: float | None = None) -> Pager[m.ListOrdersResponse, m.Order]:
        """Lists the caller's own orders and those of the caller's teams, newest first."""
        return self._pages(LIST_ORDERS, request, 'orders', m.Order, timeout)

    def update_order(self, request: m.UpdateOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Replaces the items of an order that is PENDING or CONFIRMED, and not paid; ILLEGAL_TRANSITION for any other. If a
        new item is OUT_OF_STOCK, the order stays as it was. Its discounts are recalculated for the new items;
        INCENTIVE_INVALID names a code that does not apply to them, and why."""
        return self._call(UPDATE_ORDER, request, timeout)

    def update_order_metadata(self, request: m.UpdateOrderMetadataRequest, *, timeout: float | None = None) -> m.OrderMetadata:
        """Replaces the metadata of an order, in any status. With an etag, only of that version of the order; ETAG_MISMATCH otherwise."""
        return self._call(UPDATE_ORDER_METADATA, request, timeout)

    def cancel_order(self, request: m.CancelOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Cancels an order that has not shipped: its stock is released, and what was charged is refunded.
        ILLEGAL_TRANSITION for any other."""
        return self._call(CANCEL_ORDER, request, timeout)

    def retry_payment(self, request: m.RetryPaymentRequest, *, timeout: float | None = None) -> m.Order:
        """Pays a FAILED order again, with a new payment, after its stock was held again. OUT_OF_STOCK or
        PRODUCT_ITEM_NOT_FOUND if it is gone, INCENTIVE_INVALID if a code or the points do not apply any more,
        ILLEGAL_TRANSITION if the order is not FAILED."""
        return self._call(RETRY_PAYMENT, request, timeout)

    def list_all_orders(self, request: m.ListAllOrdersRequest = m.ListAllOrdersRequest(), *, timeout: float | None = None) -> Pager[m.ListOrdersResponse, m.Order]:
        """Lists everybody's orders, newest first."""
        return self._pages(LIST_ALL_ORDERS, request, 'orders', m.Order, timeout)

    def ship_order(self, request: m.ShipOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Records that a carrier has the order: it is SHIPPED, and can no longer be cancelled. The order must be PAID, or
        CONFIRMED if it is paid in cash on delivery; otherwise the reply is ILLEGAL_TRANSITION. If the stock of the order is
        not sold yet, it is sold first. OUT_OF_STOCK or INCENTIVE_INVALID if it cannot be, because the hold has ended: the order
        stays as it is, and is then cancelled and refunded."""
        return self._call(SHIP_ORDER, request, timeout)

    def deliver_order(self, request: m.DeliverOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Records that a SHIPPED order has arrived: it is DELIVERED, which is final, and an order in cash is paid.
        ILLEGAL_TRANSITION for any other order."""
        return self._call(DELIVER_ORDER, request, timeout)

    def refund_order(self, request: m.RefundOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Refunds an order: all of it, an amount, or the price of returned items, which are restocked unless `restock` is
        false. Loyalty points follow: the order keeps those that it earned with the money that is not refunded, and the
        points that were spent on returned items are given back. An order has at most 100 refunds, and one more that
        refunds all that remains: TOO_MANY_REFUNDS. REFUND_EXCEEDS_CHARGE when less remains than is to be refunded,
        ILLEGAL_TRANSITION when nothing was paid."""
        return self._call(REFUND_ORDER, request, timeout)

    def get_daily_report(self, request: m.GetDailyReportRequest = m.GetDailyReportRequest(), *, timeout: float | None = None) -> m.DailyReport:
        """Reports what was sold and refunded on one day of the shop, or of another time zone."""
        return self._call(GET_DAILY_REPORT, request, timeout)

    def export_orders(self, request: m.ExportOrdersRequest = m.ExportOrdersRequest(), *, timeout: float | None = None) -> Generator[bytes, None, None]:
        """Streams orders as CSV, all as of one moment. Its columns are named in the first line: id, number, status, placed_at,
        paid_at, cancelled_at, created_by, currency_code, sub_total, discount_total, total_amount, refunded_amount,
        payment_method, payment_status, transaction_id, items, note, metadata; more may be added behind them. With another `view`, they are
        those of the view. Values of enums are named as in JSON, such as ORDER_STATUS_PAID. Text that a spreadsheet would take
        for a formula, as it begins with =, +, - or @, has an apostrophe before it. Each process of order_svc serves
        at most 4 exports at a time, and at most one for two connections of its database pool (TOO_MANY_EXPORTS), each for at
        most 15 minutes (EXPORT_TOO_SLOW). If orders are missing because an error ended the export, its last line is
        `INCOMPLETE,` and the reason: over JSON, the status is 200 by then."""
        return self._export(EXPORT_ORDERS, request, timeout)

    def watch_order(self, request: m.WatchOrderRequest) -> Generator[m.OrderEvent, None, None]:
        """Streams one order. It begins with a snapshot and ends after a final status: DELIVERED or CANCELLED. All others can
        still change: PAID to SHIPPED, FAILED by RetryPayment."""
        return self._watch(WATCH_ORDER, request)

    def watch_orders(self, request: m.WatchOrdersRequest = m.WatchOrdersRequest()) -> Generator[m.OrderEvent, None, None]:
        """Streams what happens to the caller's own orders and those of their teams: from now on, or after `resume_token`."""
        return self._watch(WATCH_ORDERS, request)

    def watch_all_orders(self, request: m.WatchAllOrdersRequest = m.WatchAllOrdersRequest()) -> Generator[m.OrderEvent, None, None]:
        """Streams what happens to everybody's orders, alerts included."""
        return self._watch(WATCH_ALL_ORDERS, request)

    def create_stream_ticket(self, request: m.CreateStreamTicketRequest = m.CreateStreamTicketRequest(), *, timeout: float | None = None) -> m.StreamTicket:
        """Makes a ticket for a stream's URL (`?ticket=`), because a browser's EventSource cannot send an access token and a
        URL is seen by others: the ticket opens one stream, within a minute, as its caller. Any stream that needs a token
        takes one. The stream ends with the access token that the ticket was made with.

        EventSource reconnects with its first URL, whose ticket was used: it is refused (401), and gives up. Then make
        another ticket, and open a stream with it and, as `resumeToken`, the `lastEventId` of the last event."""
        return self._call(CREATE_STREAM_TICKET, request, timeout)

    def create_tracking_link(self, request: m.CreateTrackingLinkRequest, *, timeout: float | None = None) -> m.TrackingLink:
        """Makes a link to the live page of an order, for whoever is to follow it without signing in. Its token shows this order
        only, without addresses, names and codes, changes nothing, and works for 30 days, unless RevokeTrackingLinks ends it. Each
        call makes another link."""
        return self._call(CREATE_TRACKING_LINK, request, timeout)

    def revoke_tracking_links(self, request: m.RevokeTrackingLinksRequest, *, timeout: float | None = None) -> None:
        """Ends all tracking links of an order that were made until now: their tokens are refused at once, and streams that were opened
        with them end within a second. Links that are made later work. Where there are no links, it changes nothing that anybody
        sees, so a repeated call needs no request_id."""
        self._call(REVOKE_TRACKING_LINKS, request, timeout)

    def watch_tracked_order(self, request: m.WatchTrackedOrderRequest) -> Generator[m.TrackedOrderEvent, None, None]:
        """Streams an order to whoever has the token of a tracking link: as it is, then again whenever it has changed. It ends after
        a final status, like WatchOrder. After a break, open it again; it begins with the order as it is. ORDER_NOT_FOUND if the
        token is not one of this shop, has expired or was revoked."""
        return self._watch(WATCH_TRACKED_ORDER, request)

    def list_jobs(self, request: m.ListJobsRequest = m.ListJobsRequest(), *, timeout: float | None = None) -> Pager[m.ListJobsResponse, m.Job]:
        """Lists durable jobs: DEAD ones first, then READY, RUNNING, DISCARDED and DONE ones, each newest first."""
        return self._pages(LIST_JOBS, request, 'jobs', m.Job, timeout)

    def watch_jobs(self, request: m.WatchJobsRequest = m.WatchJobsRequest()) -> Generator[m.JobsEvent, None, None]:
        """Streams the first page of ListJobs: as it is, then again when it has changed, at most once a second. A heartbeat says
        that nothing has changed. An error travels inside the stream, as its last message: open it again then, it begins with
        the page as it is."""
        return self._watch(WATCH_JOBS, request)

    def retry_job(self, request: m.RetryJobRequest, *, timeout: float | None = None) -> m.Job:
        """Runs a job now that is READY, DEAD or DISCARDED. Its attempts are not reset: if this one fails after the last,
        the job is DEAD again. A job that is RUNNING or DONE is answered unchanged, so a repeated call does no harm and
        needs no request_id. JOB_DISCARDED if the job can never run again, because what it needs (a card token) was
        erased, or another job replaced it."""
        return self._call(RETRY_JOB, request, timeout)

    def discard_job(self, request: m.DiscardJobRequest, *, timeout: float | None = None) -> m.Job:
        """Discards a job: only RetryJob runs it again. The reason is kept and audited. A job that is discarded already is
        answered unchanged, so a repeated call gets the same answer. JOB_RUNNING while it runs, JOB_DONE after it was
        done, and JOB_NOT_DISCARDABLE for kinds of jobs that an order, its money or its stock needs; the message says
        what to do instead. A DEAD job `return_money` of order can be discarded, once its refund was paid in another way: the
        order then has the refund as given, and RetryJob is JOB_DISCARDED."""
        return self._call(DISCARD_JOB, request, timeout)

    def list_errors(self, request: m.ListErrorsRequest = m.ListErrorsRequest(), *, timeout: float | None = None) -> Pager[m.ListErrorsResponse, m.RecordedError]:
        """Lists unexpected errors, newest first."""
        return self._pages(LIST_ERRORS, request, 'errors', m.RecordedError, timeout)

    def list_audit_entries(self, request: m.ListAuditEntriesRequest = m.ListAuditEntriesRequest(), *, timeout: float | None = None) -> Pager[m.ListAuditEntriesResponse, m.AuditEntry]:
        """Lists who changed what, or tried to, newest first: changes, exports, and calls that were refused. A page looks at
        50,000 entries at most, so it may have few entries, or none, and a `next_page_token`."""
        return self._pages(LIST_AUDIT_ENTRIES, request, 'entries', m.AuditEntry, timeout)

    def export_audit_entries(self, request: m.ExportAuditEntriesRequest = m.ExportAuditEntriesRequest(), *, timeout: float | None = None) -> Generator[bytes, None, None]:
        """Exports what ListAuditEntries lists as CSV, newest first."""
        return self._export(EXPORT_AUDIT_ENTRIES, request, timeout)

    def get_stats(self, request: m.GetStatsRequest = m.GetStatsRequest(), *, timeout: float | None = None) -> m.Stats:
        """Reads the state of the service."""
        return self._call(GET_STATS, request, timeout)

    def get_metrics(self, request: m.GetMetricsRequest = m.GetMetricsRequest(), *, timeout: float | None = None) -> m.HttpBody:
        """Reads the metrics of the process that answers, in the text format of Prometheus. With several replicas, each has its
        own: a scraper asks every one of them at its own port (EASYORDER_METRICS_ADDRESS). UNIMPLEMENTED where
        EASYORDER_METRICS is off."""
        return self._call(GET_METRICS, request, timeout)

    def watch_metrics(self, request: m.WatchMetricsRequest = m.WatchMetricsRequest()) -> Generator[m.MetricsSample, None, None]:
        """Follows the metrics of a process, every two seconds: for charts. UNIMPLEMENTED where EASYORDER_METRICS is off."""
        return self._watch(WATCH_METRICS, request)

    def watch_health(self, request: m.WatchHealthRequest = m.WatchHealthRequest()) -> Generator[m.HealthEvent, None, None]:
        """Follows the health of every process of the mesh: all of them as they are, then again when something has changed. A
        process that ends, or is back, is told at once; what it counts is asked for every two seconds. A heartbeat says that
        nothing has changed. An error travels inside the stream, as its last message: open it again then, it begins with all
        processes as they are."""
        return self._watch(WATCH_HEALTH, request)

    def list_payment_comparisons(self, request: m.ListPaymentComparisonsRequest = m.ListPaymentComparisonsRequest(), *, timeout: float | None = None) -> Pager[m.ListPaymentComparisonsResponse, m.PaymentComparison]:
        """Lists the reports of all days that were compared, the latest day first. They are kept for 400 days."""
        return self._pages(LIST_PAYMENT_COMPARISONS, request, 'payment_comparisons', m.PaymentComparison, timeout)

    def list_payment_differences(self, request: m.ListPaymentDifferencesRequest, *, timeout: float | None = None) -> Pager[m.ListPaymentDifferencesResponse, m.PaymentDifference]:
        """Lists what was found to differ on a day, in the order in which it was found: 1,000 differences at most. None where
        nothing differs, or the day was not compared."""
        return self._pages(LIST_PAYMENT_DIFFERENCES, request, 'payment_differences', m.PaymentDifference, timeout)

    def run_payment_comparison(self, request: m.RunPaymentComparisonRequest, *, timeout: float | None = None) -> m.PaymentComparison:
        """Compares a day now, also if it was compared before, or is being compared: its report begins from nothing. The day must
        be over, and one of the last 400."""
        return self._call(RUN_PAYMENT_COMPARISON, request, timeout)

    def create_webhook(self, request: m.CreateWebhookRequest, *, timeout: float | None = None) -> m.Webhook:
        """Creates a webhook, for events from now on. Its answer alone has the secret. TOO_MANY_WEBHOOKS when the shop has as many
        as it may have."""
        return self._call(CREATE_WEBHOOK, request, timeout)

    def get_webhook(self, request: m.GetWebhookRequest, *, timeout: float | None = None) -> m.Webhook:
        """Reads a webhook, without its secret. WEBHOOK_NOT_FOUND when there is none."""
        return self._call(GET_WEBHOOK, request, timeout)

    def list_webhooks(self, request: m.ListWebhooksRequest = m.ListWebhooksRequest(), *, timeout: float | None = None) -> Pager[m.ListWebhooksResponse, m.Webhook]:
        """Lists webhooks, without their secrets."""
        return self._pages(LIST_WEBHOOKS, request, 'webhooks', m.Webhook, timeout)

    def update_webhook(self, request: m.UpdateWebhookRequest, *, timeout: float | None = None) -> m.Webhook:
        """Changes fields of a webhook (AIP-134); the others stay as they are. A disabled one gets nothing; once it is enabled, it
        gets what was waiting for it, and events from then on: ReplayWebhookEvents brings those in between. WEBHOOK_NOT_FOUND when
        there is no such webhook. ETAG_MISMATCH when `webhook.etag` is not its etag any more."""
        return self._call(UPDATE_WEBHOOK, request, timeout)

    def delete_webhook(self, request: m.DeleteWebhookRequest, *, timeout: float | None = None) -> None:
        """Deletes a webhook and its deliveries, for good. WEBHOOK_NOT_FOUND when there is none, or it was deleted before."""
        self._call(DELETE_WEBHOOK, request, timeout)

    def rotate_webhook_secret(self, request: m.RotateWebhookSecretRequest, *, timeout: float | None = None) -> m.Webhook:
        """Makes another secret, which the answer alone has. Until `previous_secret_expire_time`, events are signed with both.
        WEBHOOK_NOT_FOUND when there is no such webhook."""
        return self._call(ROTATE_WEBHOOK_SECRET, request, timeout)

    def replay_webhook_events(self, request: m.ReplayWebhookEventsRequest, *, timeout: float | None = None) -> m.Webhook:
        """Sends a webhook once more what happened since a time, as far as events are kept (EASYORDER_EVENTS_KEPT_DAYS), in their
        order and under their ids. WEBHOOK_NOT_FOUND when there is no such webhook, WEBHOOK_DISABLED while it is disabled."""
        return self._call(REPLAY_WEBHOOK_EVENTS, request, timeout)

    def list_webhook_deliveries(self, request: m.ListWebhookDeliveriesRequest, *, timeout: float | None = None) -> Pager[m.ListWebhookDeliveriesResponse, m.WebhookDelivery]:
        """Lists what a webhook was sent, or is to be sent, the newest event first. WEBHOOK_NOT_FOUND when there is no such webhook."""
        return self._pages(LIST_WEBHOOK_DELIVERIES, request, 'deliveries', m.WebhookDelivery, timeout)

    def redeliver_webhook_event(self, request: m.RedeliverWebhookEventRequest, *, timeout: float | None = None) -> m.WebhookDelivery:
        """Sends an event once more, after those of its order that are waiting; one that is waiting itself is tried now.
        WEBHOOK_DELIVERY_NOT_FOUND when there is no such delivery, EVENTS_PURGED when its event is no longer kept,
        WEBHOOK_DISABLED while the webhook is disabled."""
        return self._call(REDELIVER_WEBHOOK_EVENT, request, timeout)


class AsyncMethods(AsyncCalls):
    """The methods of the contract, as coroutines."""

    def list_products(self, request: m.ListProductsRequest = m.ListProductsRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListProductsResponse, m.Product]:
        """Lists products, newest last, by page number or by page token. PAGE_TOO_LARGE when they do not fit in one reply.
        PERMISSION_DENIED when somebody else than an administrator asks for deleted ones."""
        return self._pages(LIST_PRODUCTS, request, 'products', m.Product, timeout)

    async def get_product(self, request: m.GetProductRequest, *, timeout: float | None = None) -> m.Product:
        """Reads one product. PRODUCT_NOT_FOUND when there is none. One that was deleted is there for administrators, with
        `delete_time`, and for nobody else."""
        return await self._call(GET_PRODUCT, request, timeout)

    async def create_product(self, request: m.CreateProductRequest, *, timeout: float | None = None) -> m.Product:
        """Creates a product with its variations, items and first stock. SKU_TAKEN when a SKU is in use."""
        return await self._call(CREATE_PRODUCT, request, timeout)

    async def update_product(self, request: m.UpdateProductRequest, *, timeout: float | None = None) -> m.Product:
        """Changes fields of a product (AIP-134); the others stay as they are. Lists of parts are replaced as a whole: a part is
        recognised by its id, or without one by its name or SKU, and keeps its id; a part that is left out is soft-deleted.
        PRODUCT_NOT_FOUND when there is no such product, or it was deleted. SKU_TAKEN when a SKU is in use. ETAG_MISMATCH when
        `product.etag` is not that of the product any more."""
        return await self._call(UPDATE_PRODUCT, request, timeout)

    async def delete_product(self, request: m.DeleteProductRequest, *, timeout: float | None = None) -> m.Product:
        """Soft-deletes a product (AIP-164): nobody can order it, and only administrators see it, where they ask for deleted
        products. Open orders keep it. It is kept until it is undeleted, however long that is. PRODUCT_NOT_FOUND when there is
        no such product, or it was deleted before. ETAG_MISMATCH when `etag` is not that of the product any more."""
        return await self._call(DELETE_PRODUCT, request, timeout)

    async def undelete_product(self, request: m.UndeleteProductRequest, *, timeout: float | None = None) -> m.Product:
        """Restores a deleted product as it was. PRODUCT_NOT_DELETED when it is not deleted, PRODUCT_NOT_FOUND when there
        was never such a product. ETAG_MISMATCH when `etag` is not that of the product any more."""
        return await self._call(UNDELETE_PRODUCT, request, timeout)

    async def register(self, request: m.RegisterRequest, *, timeout: float | None = None) -> m.User:
        """Registers a person. The role is always USER. EMAIL_TAKEN when the address is in use, WEAK_PASSWORD when the
        password is not accepted. Has no request_id: nobody is signed in whose repeat it could be. A repeat is EMAIL_TAKEN,
        and Login tells whether the first call took effect."""
        return await self._call(REGISTER, request, timeout)

    def list_sessions(self, request: m.ListSessionsRequest = m.ListSessionsRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListSessionsResponse, m.Session]:
        """Lists the caller's sessions, or for an administrator those of any user: where somebody is signed in."""
        return self._pages(LIST_SESSIONS, request, 'sessions', m.Session, timeout)

    async def delete_session(self, request: m.DeleteSessionRequest, *, timeout: float | None = None) -> None:
        """Ends a session of the caller, or for an administrator of any user."""
        await self._call(DELETE_SESSION, request, timeout)

    async def get_user(self, request: m.GetUserRequest, *, timeout: float | None = None) -> m.User:
        """Reads a user: oneself, or anybody for an administrator. The id `me` is the caller."""
        return await self._call(GET_USER, request, timeout)

    async def update_user(self, request: m.UpdateUserRequest, *, timeout: float | None = None) -> m.User:
        """Changes fields of a user (AIP-134), of oneself, or of anybody for an administrator; the others stay as they are. Those
        who change their own address send their current password, WRONG_PASSWORD when it is wrong, ACCOUNT_LOCKED as Login
        answers it. EMAIL_TAKEN when the address is in use."""
        return await self._call(UPDATE_USER, request, timeout)

    async def change_password(self, request: m.ChangePasswordRequest, *, timeout: float | None = None) -> m.User:
        """Changes a password, of oneself, or of anybody for an administrator. All sessions of the user end but the one that the
        call is made in. WRONG_PASSWORD when the current password is wrong, ACCOUNT_LOCKED as Login answers it, WEAK_PASSWORD
        when the new one is as Register refuses it."""
        return await self._call(CHANGE_PASSWORD, request, timeout)

    async def request_password_reset(self, request: m.RequestPasswordResetRequest, *, timeout: float | None = None) -> None:
        """Mails a token for another password to an address, if somebody who may sign in has it; the answer is the same if nobody has.
        The token works once, for 30 minutes. RATE_LIMITED after too many mails to an address or from a network address,
        MAIL_NOT_CONFIGURED where the shop has no mail server."""
        await self._call(REQUEST_PASSWORD_RESET, request, timeout)

    async def reset_password(self, request: m.ResetPasswordRequest, *, timeout: float | None = None) -> None:
        """Sets another password, for whoever has the token from the mail, and ends all sessions of the user. The address counts as
        verified then. MAILED_TOKEN_INVALID when the token does not work, or no longer; WEAK_PASSWORD when the password is as
        Register refuses it, after which the token still works."""
        await self._call(RESET_PASSWORD, request, timeout)

    async def request_email_verification(self, request: m.RequestEmailVerificationRequest, *, timeout: float | None = None) -> None:
        """Mails a token to the address of a user, which proves that the user reads mail there; nothing is sent if the address is
        verified. The token works once, for 24 hours. Refused like RequestPasswordReset: RATE_LIMITED,
        MAIL_NOT_CONFIGURED."""
        await self._call(REQUEST_EMAIL_VERIFICATION, request, timeout)

    async def verify_email(self, request: m.VerifyEmailRequest, *, timeout: float | None = None) -> None:
        """Marks the address as verified that the token was mailed to. MAILED_TOKEN_INVALID when the token does not work, or no
        longer; it is void once the user has another address."""
        await self._call(VERIFY_EMAIL, request, timeout)

    def list_users(self, request: m.ListUsersRequest = m.ListUsersRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListUsersResponse, m.User]:
        """Lists all users."""
        return self._pages(LIST_USERS, request, 'users', m.User, timeout)

    async def set_user_roles(self, request: m.SetUserRolesRequest, *, timeout: float | None = None) -> m.User:
        """Replaces the roles of a user. LAST_ADMINISTRATOR when nobody would be left with the role ADMIN who is not disabled."""
        return await self._call(SET_USER_ROLES, request, timeout)

    async def disable_user(self, request: m.DisableUserRequest, *, timeout: float | None = None) -> m.User:
        """Disables a user, whose sessions end, and who can neither sign in nor refresh a token. One who is disabled stays so.
        LAST_ADMINISTRATOR as in SetUserRoles."""
        return await self._call(DISABLE_USER, request, timeout)

    async def enable_user(self, request: m.EnableUserRequest, *, timeout: float | None = None) -> m.User:
        """Lets a disabled user sign in again. One who is not disabled stays so."""
        return await self._call(ENABLE_USER, request, timeout)

    async def create_team(self, request: m.CreateTeamRequest, *, timeout: float | None = None) -> m.Team:
        """Creates a team. Its members see and change the orders that are placed for it."""
        return await self._call(CREATE_TEAM, request, timeout)

    async def add_team_member(self, request: m.AddTeamMemberRequest, *, timeout: float | None = None) -> m.Team:
        """Adds a user to a team; adding a member again changes nothing. The team is in the user's next access token. TEAM_FULL and
        TOO_MANY_TEAMS when there are too many."""
        return await self._call(ADD_TEAM_MEMBER, request, timeout)

    async def remove_team_member(self, request: m.RemoveTeamMemberRequest, *, timeout: float | None = None) -> m.Team:
        """Takes a user out of a team, whose access tokens are revoked; removing somebody who is no member changes nothing."""
        return await self._call(REMOVE_TEAM_MEMBER, request, timeout)

    def list_teams(self, request: m.ListTeamsRequest = m.ListTeamsRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListTeamsResponse, m.Team]:
        """Lists all teams."""
        return self._pages(LIST_TEAMS, request, 'teams', m.Team, timeout)

    async def get_jwks(self, request: m.GetJwksRequest = m.GetJwksRequest(), *, timeout: float | None = None) -> m.Jwks:
        """The public keys that tokens are verified with (RFC 7517)."""
        return await self._call(GET_JWKS, request, timeout)

    async def create_incentive(self, request: m.CreateIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Creates an incentive. CODE_TAKEN when the code is in use."""
        return await self._call(CREATE_INCENTIVE, request, timeout)

    async def update_incentive(self, request: m.UpdateIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Changes fields of an incentive (AIP-134); the others stay as they are, and so do the discounts of placed orders.
        INCENTIVE_NOT_FOUND when there is no such incentive. CODE_TAKEN when the code is in use. ETAG_MISMATCH when
        `incentive.etag` is not its etag any more."""
        return await self._call(UPDATE_INCENTIVE, request, timeout)

    async def get_incentive(self, request: m.GetIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Reads an incentive with its uses. INCENTIVE_NOT_FOUND when there is none."""
        return await self._call(GET_INCENTIVE, request, timeout)

    def list_incentives(self, request: m.ListIncentivesRequest = m.ListIncentivesRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListIncentivesResponse, m.Incentive]:
        """Lists incentives with their uses."""
        return self._pages(LIST_INCENTIVES, request, 'incentives', m.Incentive, timeout)

    async def activate_incentive(self, request: m.ActivateIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Lets a deactivated incentive be used again, from `start_time` to `end_time`. An active one stays as it is.
        INCENTIVE_NOT_FOUND when there is no such incentive."""
        return await self._call(ACTIVATE_INCENTIVE, request, timeout)

    async def deactivate_incentive(self, request: m.DeactivateIncentiveRequest, *, timeout: float | None = None) -> m.Incentive:
        """Lets nobody use an incentive any more; placed orders keep their discounts. One that is not active stays as it is.
        INCENTIVE_NOT_FOUND when there is no such incentive."""
        return await self._call(DEACTIVATE_INCENTIVE, request, timeout)

    async def get_loyalty_account(self, request: m.GetLoyaltyAccountRequest = m.GetLoyaltyAccountRequest(), *, timeout: float | None = None) -> m.LoyaltyAccount:
        """Reads the caller's loyalty points."""
        return await self._call(GET_LOYALTY_ACCOUNT, request, timeout)

    async def get_product_inventory(self, request: m.GetProductInventoryRequest, *, timeout: float | None = None) -> m.ProductInventory:
        """Reads how many pieces of each item of a product are available."""
        return await self._call(GET_PRODUCT_INVENTORY, request, timeout)

    async def adjust_stock(self, request: m.AdjustStockRequest, *, timeout: float | None = None) -> m.StockLevel:
        """Adds pieces of an item to the warehouse, up to 1000000000, or takes some away: at most those that are not reserved, else
        OUT_OF_STOCK."""
        return await self._call(ADJUST_STOCK, request, timeout)

    async def get_stock_level(self, request: m.GetStockLevelRequest, *, timeout: float | None = None) -> m.StockLevel:
        """Reads the stock of one item. PRODUCT_ITEM_NOT_FOUND when there is none, or it was deleted."""
        return await self._call(GET_STOCK_LEVEL, request, timeout)

    def list_stock_levels(self, request: m.ListStockLevelsRequest = m.ListStockLevelsRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListStockLevelsResponse, m.StockLevel]:
        """The stock of all items, of a product's, or of those that are low, by page token."""
        return self._pages(LIST_STOCK_LEVELS, request, 'stock_levels', m.StockLevel, timeout)

    def watch_inventory(self, request: m.WatchInventoryRequest) -> AsyncGenerator[m.InventoryEvent, None]:
        """Streams what is available of items: first as it is, then whenever it changes.

        A stream that was opened with an access token ends when the token expires, with TOKEN_EXPIRED. Streams without one
        may be ended with TOO_MANY_STREAMS, for those of users."""
        return self._watch(WATCH_INVENTORY, request)

    async def create_order(self, request: m.CreateOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Holds the stock, places the order and starts its payment. The reply is the order, CONFIRMED (stock held for every
        line) or PENDING (waits for stock); follow it with WatchOrder. After OUT_OF_STOCK, PRODUCT_ITEM_NOT_FOUND or
        INCENTIVE_INVALID nothing has changed."""
        return await self._call(CREATE_ORDER, request, timeout)

    async def preview_order(self, request: m.PreviewOrderRequest, *, timeout: float | None = None) -> m.PreviewOrderResponse:
        """Shows the order that CreateOrder would now place for the same request, with the price of each line, discounts and
        totals. Changes nothing: no stock is held, no code is used, and the request_id can still be used. Codes that
        cannot be used are left out and named. Lines are refused as by CreateOrder: PRODUCT_ITEM_NOT_FOUND, OUT_OF_STOCK,
        another currency. Prices, stock and codes may have changed when the order is placed."""
        return await self._call(PREVIEW_ORDER, request, timeout)

    async def get_order(self, request: m.GetOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Reads an order."""
        return await self._call(GET_ORDER, request, timeout)

    async def get_order_status(self, request: m.GetOrderStatusRequest, *, timeout: float | None = None) -> m.GetOrderStatusResponse:
        """Reads the status of an order and of its payment."""
        return await self._call(GET_ORDER_STATUS, request, timeout)

    def list_orders(self, request: m.ListOrdersRequest = m.ListOrdersRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListOrdersResponse, m.Order]:
        """Lists the caller's own orders and those of the caller's teams, newest first."""
        return self._pages(LIST_ORDERS, request, 'orders', m.Order, timeout)

    async def update_order(self, request: m.UpdateOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Replaces the items of an order that is PENDING or CONFIRMED, and not paid; ILLEGAL_TRANSITION for any other. If a
        new item is OUT_OF_STOCK, the order stays as it was. Its discounts are recalculated for the new items;
        INCENTIVE_INVALID names a code that does not apply to them, and why."""
        return await self._call(UPDATE_ORDER, request, timeout)

    async def update_order_metadata(self, request: m.UpdateOrderMetadataRequest, *, timeout: float | None = None) -> m.OrderMetadata:
        """Replaces the metadata of an order, in any status. With an etag, only of that version of the order; ETAG_MISMATCH otherwise."""
        return await self._call(UPDATE_ORDER_METADATA, request, timeout)

    async def cancel_order(self, request: m.CancelOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Cancels an order that has not shipped: its stock is released, and what was charged is refunded.
        ILLEGAL_TRANSITION for any other."""
        return await self._call(CANCEL_ORDER, request, timeout)

    async def retry_payment(self, request: m.RetryPaymentRequest, *, timeout: float | None = None) -> m.Order:
        """Pays a FAILED order again, with a new payment, after its stock was held again. OUT_OF_STOCK or
        PRODUCT_ITEM_NOT_FOUND if it is gone, INCENTIVE_INVALID if a code or the points do not apply any more,
        ILLEGAL_TRANSITION if the order is not FAILED."""
        return await self._call(RETRY_PAYMENT, request, timeout)

    def list_all_orders(self, request: m.ListAllOrdersRequest = m.ListAllOrdersRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListOrdersResponse, m.Order]:
        """Lists everybody's orders, newest first."""
        return self._pages(LIST_ALL_ORDERS, request, 'orders', m.Order, timeout)

    async def ship_order(self, request: m.ShipOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Records that a carrier has the order: it is SHIPPED, and can no longer be cancelled. The order must be PAID, or
        CONFIRMED if it is paid in cash on delivery; otherwise the reply is ILLEGAL_TRANSITION. If the stock of the order is
        not sold yet, it is sold first. OUT_OF_STOCK or INCENTIVE_INVALID if it cannot be, because the hold has ended: the order
        stays as it is, and is then cancelled and refunded."""
        return await self._call(SHIP_ORDER, request, timeout)

    async def deliver_order(self, request: m.DeliverOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Records that a SHIPPED order has arrived: it is DELIVERED, which is final, and an order in cash is paid.
        ILLEGAL_TRANSITION for any other order."""
        return await self._call(DELIVER_ORDER, request, timeout)

    async def refund_order(self, request: m.RefundOrderRequest, *, timeout: float | None = None) -> m.Order:
        """Refunds an order: all of it, an amount, or the price of returned items, which are restocked unless `restock` is
        false. Loyalty points follow: the order keeps those that it earned with the money that is not refunded, and the
        points that were spent on returned items are given back. An order has at most 100 refunds, and one more that
        refunds all that remains: TOO_MANY_REFUNDS. REFUND_EXCEEDS_CHARGE when less remains than is to be refunded,
        ILLEGAL_TRANSITION when nothing was paid."""
        return await self._call(REFUND_ORDER, request, timeout)

    async def get_daily_report(self, request: m.GetDailyReportRequest = m.GetDailyReportRequest(), *, timeout: float | None = None) -> m.DailyReport:
        """Reports what was sold and refunded on one day of the shop, or of another time zone."""
        return await self._call(GET_DAILY_REPORT, request, timeout)

    def export_orders(self, request: m.ExportOrdersRequest = m.ExportOrdersRequest(), *, timeout: float | None = None) -> AsyncGenerator[bytes, None]:
        """Streams orders as CSV, all as of one moment. Its columns are named in the first line: id, number, status, placed_at,
        paid_at, cancelled_at, created_by, currency_code, sub_total, discount_total, total_amount, refunded_amount,
        payment_method, payment_status, transaction_id, items, note, metadata; more may be added behind them. With another `view`, they are
        those of the view. Values of enums are named as in JSON, such as ORDER_STATUS_PAID. Text that a spreadsheet would take
        for a formula, as it begins with =, +, - or @, has an apostrophe before it. Each process of order_svc serves
        at most 4 exports at a time, and at most one for two connections of its database pool (TOO_MANY_EXPORTS), each for at
        most 15 minutes (EXPORT_TOO_SLOW). If orders are missing because an error ended the export, its last line is
        `INCOMPLETE,` and the reason: over JSON, the status is 200 by then."""
        return self._export(EXPORT_ORDERS, request, timeout)

    def watch_order(self, request: m.WatchOrderRequest) -> AsyncGenerator[m.OrderEvent, None]:
        """Streams one order. It begins with a snapshot and ends after a final status: DELIVERED or CANCELLED. All others can
        still change: PAID to SHIPPED, FAILED by RetryPayment."""
        return self._watch(WATCH_ORDER, request)

    def watch_orders(self, request: m.WatchOrdersRequest = m.WatchOrdersRequest()) -> AsyncGenerator[m.OrderEvent, None]:
        """Streams what happens to the caller's own orders and those of their teams: from now on, or after `resume_token`."""
        return self._watch(WATCH_ORDERS, request)

    def watch_all_orders(self, request: m.WatchAllOrdersRequest = m.WatchAllOrdersRequest()) -> AsyncGenerator[m.OrderEvent, None]:
        """Streams what happens to everybody's orders, alerts included."""
        return self._watch(WATCH_ALL_ORDERS, request)

    async def create_stream_ticket(self, request: m.CreateStreamTicketRequest = m.CreateStreamTicketRequest(), *, timeout: float | None = None) -> m.StreamTicket:
        """Makes a ticket for a stream's URL (`?ticket=`), because a browser's EventSource cannot send an access token and a
        URL is seen by others: the ticket opens one stream, within a minute, as its caller. Any stream that needs a token
        takes one. The stream ends with the access token that the ticket was made with.

        EventSource reconnects with its first URL, whose ticket was used: it is refused (401), and gives up. Then make
        another ticket, and open a stream with it and, as `resumeToken`, the `lastEventId` of the last event."""
        return await self._call(CREATE_STREAM_TICKET, request, timeout)

    async def create_tracking_link(self, request: m.CreateTrackingLinkRequest, *, timeout: float | None = None) -> m.TrackingLink:
        """Makes a link to the live page of an order, for whoever is to follow it without signing in. Its token shows this order
        only, without addresses, names and codes, changes nothing, and works for 30 days, unless RevokeTrackingLinks ends it. Each
        call makes another link."""
        return await self._call(CREATE_TRACKING_LINK, request, timeout)

    async def revoke_tracking_links(self, request: m.RevokeTrackingLinksRequest, *, timeout: float | None = None) -> None:
        """Ends all tracking links of an order that were made until now: their tokens are refused at once, and streams that were opened
        with them end within a second. Links that are made later work. Where there are no links, it changes nothing that anybody
        sees, so a repeated call needs no request_id."""
        await self._call(REVOKE_TRACKING_LINKS, request, timeout)

    def watch_tracked_order(self, request: m.WatchTrackedOrderRequest) -> AsyncGenerator[m.TrackedOrderEvent, None]:
        """Streams an order to whoever has the token of a tracking link: as it is, then again whenever it has changed. It ends after
        a final status, like WatchOrder. After a break, open it again; it begins with the order as it is. ORDER_NOT_FOUND if the
        token is not one of this shop, has expired or was revoked."""
        return self._watch(WATCH_TRACKED_ORDER, request)

    def list_jobs(self, request: m.ListJobsRequest = m.ListJobsRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListJobsResponse, m.Job]:
        """Lists durable jobs: DEAD ones first, then READY, RUNNING, DISCARDED and DONE ones, each newest first."""
        return self._pages(LIST_JOBS, request, 'jobs', m.Job, timeout)

    def watch_jobs(self, request: m.WatchJobsRequest = m.WatchJobsRequest()) -> AsyncGenerator[m.JobsEvent, None]:
        """Streams the first page of ListJobs: as it is, then again when it has changed, at most once a second. A heartbeat says
        that nothing has changed. An error travels inside the stream, as its last message: open it again then, it begins with
        the page as it is."""
        return self._watch(WATCH_JOBS, request)

    async def retry_job(self, request: m.RetryJobRequest, *, timeout: float | None = None) -> m.Job:
        """Runs a job now that is READY, DEAD or DISCARDED. Its attempts are not reset: if this one fails after the last,
        the job is DEAD again. A job that is RUNNING or DONE is answered unchanged, so a repeated call does no harm and
        needs no request_id. JOB_DISCARDED if the job can never run again, because what it needs (a card token) was
        erased, or another job replaced it."""
        return await self._call(RETRY_JOB, request, timeout)

    async def discard_job(self, request: m.DiscardJobRequest, *, timeout: float | None = None) -> m.Job:
        """Discards a job: only RetryJob runs it again. The reason is kept and audited. A job that is discarded already is
        answered unchanged, so a repeated call gets the same answer. JOB_RUNNING while it runs, JOB_DONE after it was
        done, and JOB_NOT_DISCARDABLE for kinds of jobs that an order, its money or its stock needs; the message says
        what to do instead. A DEAD job `return_money` of order can be discarded, once its refund was paid in another way: the
        order then has the refund as given, and RetryJob is JOB_DISCARDED."""
        return await self._call(DISCARD_JOB, request, timeout)

    def list_errors(self, request: m.ListErrorsRequest = m.ListErrorsRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListErrorsResponse, m.RecordedError]:
        """Lists unexpected errors, newest first."""
        return self._pages(LIST_ERRORS, request, 'errors', m.RecordedError, timeout)

    def list_audit_entries(self, request: m.ListAuditEntriesRequest = m.ListAuditEntriesRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListAuditEntriesResponse, m.AuditEntry]:
        """Lists who changed what, or tried to, newest first: changes, exports, and calls that were refused. A page looks at
        50,000 entries at most, so it may have few entries, or none, and a `next_page_token`."""
        return self._pages(LIST_AUDIT_ENTRIES, request, 'entries', m.AuditEntry, timeout)

    def export_audit_entries(self, request: m.ExportAuditEntriesRequest = m.ExportAuditEntriesRequest(), *, timeout: float | None = None) -> AsyncGenerator[bytes, None]:
        """Exports what ListAuditEntries lists as CSV, newest first."""
        return self._export(EXPORT_AUDIT_ENTRIES, request, timeout)

    async def get_stats(self, request: m.GetStatsRequest = m.GetStatsRequest(), *, timeout: float | None = None) -> m.Stats:
        """Reads the state of the service."""
        return await self._call(GET_STATS, request, timeout)

    async def get_metrics(self, request: m.GetMetricsRequest = m.GetMetricsRequest(), *, timeout: float | None = None) -> m.HttpBody:
        """Reads the metrics of the process that answers, in the text format of Prometheus. With several replicas, each has its
        own: a scraper asks every one of them at its own port (EASYORDER_METRICS_ADDRESS). UNIMPLEMENTED where
        EASYORDER_METRICS is off."""
        return await self._call(GET_METRICS, request, timeout)

    def watch_metrics(self, request: m.WatchMetricsRequest = m.WatchMetricsRequest()) -> AsyncGenerator[m.MetricsSample, None]:
        """Follows the metrics of a process, every two seconds: for charts. UNIMPLEMENTED where EASYORDER_METRICS is off."""
        return self._watch(WATCH_METRICS, request)

    def watch_health(self, request: m.WatchHealthRequest = m.WatchHealthRequest()) -> AsyncGenerator[m.HealthEvent, None]:
        """Follows the health of every process of the mesh: all of them as they are, then again when something has changed. A
        process that ends, or is back, is told at once; what it counts is asked for every two seconds. A heartbeat says that
        nothing has changed. An error travels inside the stream, as its last message: open it again then, it begins with all
        processes as they are."""
        return self._watch(WATCH_HEALTH, request)

    def list_payment_comparisons(self, request: m.ListPaymentComparisonsRequest = m.ListPaymentComparisonsRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListPaymentComparisonsResponse, m.PaymentComparison]:
        """Lists the reports of all days that were compared, the latest day first. They are kept for 400 days."""
        return self._pages(LIST_PAYMENT_COMPARISONS, request, 'payment_comparisons', m.PaymentComparison, timeout)

    def list_payment_differences(self, request: m.ListPaymentDifferencesRequest, *, timeout: float | None = None) -> AsyncPager[m.ListPaymentDifferencesResponse, m.PaymentDifference]:
        """Lists what was found to differ on a day, in the order in which it was found: 1,000 differences at most. None where
        nothing differs, or the day was not compared."""
        return self._pages(LIST_PAYMENT_DIFFERENCES, request, 'payment_differences', m.PaymentDifference, timeout)

    async def run_payment_comparison(self, request: m.RunPaymentComparisonRequest, *, timeout: float | None = None) -> m.PaymentComparison:
        """Compares a day now, also if it was compared before, or is being compared: its report begins from nothing. The day must
        be over, and one of the last 400."""
        return await self._call(RUN_PAYMENT_COMPARISON, request, timeout)

    async def create_webhook(self, request: m.CreateWebhookRequest, *, timeout: float | None = None) -> m.Webhook:
        """Creates a webhook, for events from now on. Its answer alone has the secret. TOO_MANY_WEBHOOKS when the shop has as many
        as it may have."""
        return await self._call(CREATE_WEBHOOK, request, timeout)

    async def get_webhook(self, request: m.GetWebhookRequest, *, timeout: float | None = None) -> m.Webhook:
        """Reads a webhook, without its secret. WEBHOOK_NOT_FOUND when there is none."""
        return await self._call(GET_WEBHOOK, request, timeout)

    def list_webhooks(self, request: m.ListWebhooksRequest = m.ListWebhooksRequest(), *, timeout: float | None = None) -> AsyncPager[m.ListWebhooksResponse, m.Webhook]:
        """Lists webhooks, without their secrets."""
        return self._pages(LIST_WEBHOOKS, request, 'webhooks', m.Webhook, timeout)

    async def update_webhook(self, request: m.UpdateWebhookRequest, *, timeout: float | None = None) -> m.Webhook:
        """Changes fields of a webhook (AIP-134); the others stay as they are. A disabled one gets nothing; once it is enabled, it
        gets what was waiting for it, and events from then on: ReplayWebhookEvents brings those in between. WEBHOOK_NOT_FOUND when
        there is no such webhook. ETAG_MISMATCH when `webhook.etag` is not its etag any more."""
        return await self._call(UPDATE_WEBHOOK, request, timeout)

    async def delete_webhook(self, request: m.DeleteWebhookRequest, *, timeout: float | None = None) -> None:
        """Deletes a webhook and its deliveries, for good. WEBHOOK_NOT_FOUND when there is none, or it was deleted before."""
        await self._call(DELETE_WEBHOOK, request, timeout)

    async def rotate_webhook_secret(self, request: m.RotateWebhookSecretRequest, *, timeout: float | None = None) -> m.Webhook:
        """Makes another secret, which the answer alone has. Until `previous_secret_expire_time`, events are signed with both.
        WEBHOOK_NOT_FOUND when there is no such webhook."""
        return await self._call(ROTATE_WEBHOOK_SECRET, request, timeout)

    async def replay_webhook_events(self, request: m.ReplayWebhookEventsRequest, *, timeout: float | None = None) -> m.Webhook:
        """Sends a webhook once more what happened since a time, as far as events are kept (EASYORDER_EVENTS_KEPT_DAYS), in their
        order and under their ids. WEBHOOK_NOT_FOUND when there is no such webhook, WEBHOOK_DISABLED while it is disabled."""
        return await self._call(REPLAY_WEBHOOK_EVENTS, request, timeout)

    def list_webhook_deliveries(self, request: m.ListWebhookDeliveriesRequest, *, timeout: float | None = None) -> AsyncPager[m.ListWebhookDeliveriesResponse, m.WebhookDelivery]:
        """Lists what a webhook was sent, or is to be sent, the newest event first. WEBHOOK_NOT_FOUND when there is no such webhook."""
        return self._pages(LIST_WEBHOOK_DELIVERIES, request, 'deliveries', m.WebhookDelivery, timeout)

    async def redeliver_webhook_event(self, request: m.RedeliverWebhookEventRequest, *, timeout: float | None = None) -> m.WebhookDelivery:
        """Sends an event once more, after those of its order that are waiting; one that is waiting itself is tried now.
        WEBHOOK_DELIVERY_NOT_FOUND when there is no such delivery, EVENTS_PURGED when its event is no longer kept,
        WEBHOOK_DISABLED while the webhook is disabled."""
        return await self._call(REDELIVER_WEBHOOK_EVENT, request, timeout)
