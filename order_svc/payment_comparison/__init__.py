"""Compares each night what orders say of money with the payment provider's own books, and reports; it mends nothing.

Not order_svc.reconciliation, which mends databases that were restored to different moments.
"""
