"""The methods of orders, incentives and jobs that tests of the whole shop call."""

from __future__ import annotations

from easyorder.google.api import HttpBody
from easyorder.incentive.v1 import (
    CreateIncentiveRequest,
    DeactivateIncentiveRequest,
    GetLoyaltyAccountRequest,
    Incentive,
    ListIncentivesRequest,
    ListIncentivesResponse,
    LoyaltyAccount,
    UpdateIncentiveRequest,
)
from easyorder.ops.v1 import Job, ListJobsRequest, ListJobsResponse, RetryJobRequest
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    DailyReport,
    DeliverOrderRequest,
    ExportOrdersRequest,
    GetDailyReportRequest,
    GetOrderRequest,
    Order,
    PreviewOrderRequest,
    PreviewOrderResponse,
    RefundOrderRequest,
    RetryPaymentRequest,
    ShipmentDetails,
    ShipOrderRequest,
    UpdateOrderRequest,
)

from chassis.grpc.clients import rpc
from ops.api import OPS

_ORDERS = "easyorder.order.v1.OrderService"
CREATE = rpc(_ORDERS, "CreateOrder", CreateOrderRequest, Order)
PREVIEW = rpc(_ORDERS, "PreviewOrder", PreviewOrderRequest, PreviewOrderResponse)
UPDATE = rpc(_ORDERS, "UpdateOrder", UpdateOrderRequest, Order)
RETRY = rpc(_ORDERS, "RetryPayment", RetryPaymentRequest, Order)
CANCEL = rpc(_ORDERS, "CancelOrder", CancelOrderRequest, Order)
SHIP = rpc(_ORDERS, "ShipOrder", ShipOrderRequest, Order)
DELIVER = rpc(_ORDERS, "DeliverOrder", DeliverOrderRequest, Order)
REFUND = rpc(_ORDERS, "RefundOrder", RefundOrderRequest, Order)
GET = rpc(_ORDERS, "GetOrder", GetOrderRequest, Order)
REPORT = rpc(_ORDERS, "GetDailyReport", GetDailyReportRequest, DailyReport)
EXPORT = rpc(_ORDERS, "ExportOrders", ExportOrdersRequest, HttpBody)

_INCENTIVES = "easyorder.incentive.v1.IncentiveService"
CREATE_INCENTIVE = rpc(_INCENTIVES, "CreateIncentive", CreateIncentiveRequest, Incentive)
UPDATE_INCENTIVE = rpc(_INCENTIVES, "UpdateIncentive", UpdateIncentiveRequest, Incentive)
DEACTIVATE_INCENTIVE = rpc(_INCENTIVES, "DeactivateIncentive", DeactivateIncentiveRequest, Incentive)
LIST_INCENTIVES = rpc(_INCENTIVES, "ListIncentives", ListIncentivesRequest, ListIncentivesResponse)
POINTS = rpc(_INCENTIVES, "GetLoyaltyAccount", GetLoyaltyAccountRequest, LoyaltyAccount)

LIST_JOBS = rpc(OPS, "ListJobs", ListJobsRequest, ListJobsResponse)
RETRY_JOB = rpc(OPS, "RetryJob", RetryJobRequest, Job)


PARCEL = ShipmentDetails(carrier="DHL", tracking_number="JD0146000")
