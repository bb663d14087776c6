"""`python -m order_svc.payment`: the payment process."""

from __future__ import annotations

import uvloop

from chassis.settings import from_environment
from order_svc.payment.bootstrap import run
from order_svc.payment.config import PaymentSettings

if __name__ == "__main__":
    uvloop.run(run(from_environment(PaymentSettings)))
