"""How the metrics of a process leave it: a port for scrapers, and exports to a collector."""

from __future__ import annotations

from functools import partial

from telemetry.gauges import Gauges, exposition
from telemetry.otlp_metrics import OtlpMetrics
from telemetry.scraping import ScrapeEndpoint

MIN_TOKEN_LENGTH = 32


def require_token(address: str, token: str, collector: str, *, wants_token: bool) -> None:
    """Raises ValueError for a token that could be guessed, and for none where other machines reach the address."""
    if (token or wants_token) and address and len(token) < MIN_TOKEN_LENGTH:
        raise ValueError(f"EASYORDER_METRICS_TOKEN must have at least {MIN_TOKEN_LENGTH} characters")


def exports(
    service: str, gauges: Gauges, *, address: str, token: str, collector: str
) -> list[ScrapeEndpoint | OtlpMetrics]:
    """What is to run while the process serves: at `address` for scrapers, to `collector`, each host:port or empty."""
    found: list[ScrapeEndpoint | OtlpMetrics] = []
    if address:
        host, _, port = address.rpartition(":")
        found.append(ScrapeEndpoint(host.strip("[]"), int(port), token, partial(exposition, gauges)))
    if collector:
        found.append(OtlpMetrics(collector, service, gauges))
    return found
