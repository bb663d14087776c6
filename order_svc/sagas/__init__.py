"""Processes that span transactions and services, driven by durable jobs and events."""
