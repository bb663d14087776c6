"""How sessions begin, go on and end, and how long these and other calls may take."""

from __future__ import annotations

from easyorder_client import messages as m
from easyorder_client.attempts import Method
from easyorder_client.messages.google.protobuf import Empty

_SERVICE = "/easyorder.identity.v1.IdentityService"
LOGIN = Method(f"{_SERVICE}/Login", m.LoginRequest, m.Tokens)
REFRESH_TOKEN = Method(f"{_SERVICE}/RefreshToken", m.RefreshTokenRequest, m.Tokens)
LOGOUT = Method(f"{_SERVICE}/Logout", m.LogoutRequest, Empty)
# For so long, the client that used a refresh token gets the same tokens again.
REFRESH_S = 10.0
# As the shop allows an export.
EXPORT_S = 900.0
LOCK_POLL_S = 0.05
