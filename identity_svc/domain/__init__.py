"""Who a user is, and what signing in means; knows the standard library and chassis.errors only."""
