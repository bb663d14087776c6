"""Orders, stock and payments of an EasyOrder shop, over gRPC: see Client, and docs/clients.md.

The messages of the contract are in `easyorder_client.messages`, the errors in `easyorder_client.errors` by code and in
`easyorder_client.reasons` by reason.
"""

from easyorder_client.attempts import RetryPolicy
from easyorder_client.client import AsyncClient, Client
from easyorder_client.errors import EasyOrderError, Violation
from easyorder_client.money import to_decimal, to_money
from easyorder_client.tokens import FileTokenStore, MemoryTokenStore, StoredTokens, TokenStore

__all__ = [
    "AsyncClient",
    "Client",
    "EasyOrderError",
    "FileTokenStore",
    "MemoryTokenStore",
    "RetryPolicy",
    "StoredTokens",
    "TokenStore",
    "Violation",
    "to_decimal",
    "to_money",
]
