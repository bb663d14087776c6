"""Authentication: callers are identified by verified tokens only, of users and of services."""

from chassis.auth.keys import JwksKeySource, KeyCache, KeySource
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.verifier import TokenVerifier

__all__ = ["JwksKeySource", "KeyCache", "KeySource", "ServiceTokens", "TokenVerifier"]
