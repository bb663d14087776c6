"""The stores in one SQL transaction."""

from __future__ import annotations

from chassis.db.unit_of_work import SqlUnitOfWork
from identity_svc.adapters.lockouts import SqlLockouts
from identity_svc.adapters.mailed_tokens import SqlMailCounts, SqlMailedTokens
from identity_svc.adapters.sessions import SqlSessions
from identity_svc.adapters.signing_keys import SqlSigningKeys
from identity_svc.adapters.teams import SqlTeams
from identity_svc.adapters.users import SqlCredentials, SqlUsers


class SqlIdentityUow(SqlUnitOfWork):
    """One transaction on easyorder_identity."""

    @property
    def users(self) -> SqlUsers:
        return SqlUsers(self.session)

    @property
    def credentials(self) -> SqlCredentials:
        return SqlCredentials(self.session)

    @property
    def lockouts(self) -> SqlLockouts:
        return SqlLockouts(self.session)

    @property
    def teams(self) -> SqlTeams:
        return SqlTeams(self.session)

    @property
    def sessions(self) -> SqlSessions:
        return SqlSessions(self.session)

    @property
    def mailed_tokens(self) -> SqlMailedTokens:
        return SqlMailedTokens(self.session)

    @property
    def mail_counts(self) -> SqlMailCounts:
        return SqlMailCounts(self.session)

    @property
    def signing_keys(self) -> SqlSigningKeys:
        return SqlSigningKeys(self.session)
