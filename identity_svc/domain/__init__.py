"""The rules of users and signing in; depends on the standard library and chassis.errors only."""
