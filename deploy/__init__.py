"""How the mesh runs: on one machine, in containers, on Kubernetes."""
