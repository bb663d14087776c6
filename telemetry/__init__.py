"""What processes count and trace, for Prometheus and for collectors of OpenTelemetry (ADR 0067)."""
