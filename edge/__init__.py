"""The HTTP interface of the mesh, as a gRPC service: Envoy turns its replies into pages."""
