"""The HTTP face of the mesh, as a gRPC service: Envoy turns its replies into pages."""
