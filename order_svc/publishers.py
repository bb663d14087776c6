"""What publishes events at the broker, whose client takes memory: a shop without a broker imports nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.background import Report
from order_svc.adapters.feed import Feed
from order_svc.connections import NAME, Connections
from order_svc.messages.encoded_orders import EncodedOrders
from order_svc.messages.event_contents import EventContents
from telemetry.gauges import Gauges

if TYPE_CHECKING:
    from order_svc.adapters.broker_publisher import BrokerPublisher


def publishers_of(to: Connections, orders: EncodedOrders, report: Report, gauges: Gauges) -> list[BrokerPublisher]:
    """None without a broker."""
    settings = to.settings
    if not settings.broker_url.get_secret_value():
        return []
    from order_svc.adapters.broker_publisher import BrokerPublisher
    from order_svc.adapters.publisher_lease import PublisherLease

    feed, lease = Feed(to.write, EventContents(orders).read), PublisherLease(to.write, lease_s=settings.job_lease_s)
    gauges.readers.append(lease.collect)
    return [BrokerPublisher(feed, lease, settings.broker_url, name=NAME, report=report)]
