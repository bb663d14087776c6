"""The contract as an OpenAPI 3.1 document, made from the descriptor set."""

from edge.openapi.document import document

__all__ = ["document"]
