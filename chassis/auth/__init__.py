"""Who calls: verified tokens of people and of services, and nothing a client merely claims."""

from chassis.auth.keys import JwksKeySource, KeyCache, KeySource
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.verifier import TokenVerifier

__all__ = ["JwksKeySource", "KeyCache", "KeySource", "ServiceTokens", "TokenVerifier"]
