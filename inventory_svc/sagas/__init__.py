"""Processes that span transactions and services, carried by durable jobs and events."""
