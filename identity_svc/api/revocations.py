"""RevocationService: tells the services of the mesh which access tokens to refuse."""

from __future__ import annotations

from easyorder.internal.identity.v1 import ListRevocationsRequest, ListRevocationsResponse, Revocation

from identity_svc.domain.ports import RevocationFeed

SERVICE = "easyorder.internal.identity.v1.RevocationService"


class RevocationApi:
    """The servicer."""

    def __init__(self, feed: RevocationFeed) -> None:
        self._feed = feed

    async def list_revocations(self, request: ListRevocationsRequest) -> ListRevocationsResponse:
        page = await self._feed.after(request.after_position, reader=request.reader)
        return ListRevocationsResponse(
            revocations=[
                Revocation(
                    session_id=str(one.session_id or ""),
                    user_id=str(one.user_id or ""),
                    before_version=one.before_version or 0,
                    expire_time=one.expires_on,
                )
                for one in page.revocations
            ],
            position=page.position,
        )
