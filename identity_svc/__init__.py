"""identity_svc: users, teams, roles and tokens."""
