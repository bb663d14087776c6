"""Events over RabbitMQ: how services connect to it, what they declare there, and what a message of it is (ADR 0075)."""
