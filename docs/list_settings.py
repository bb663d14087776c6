"""Lists all settings, from the classes that read them, in docs/settings.md.

python docs/list_settings.py           writes the table
python docs/list_settings.py --check   exit 1 if docs/settings.md shows anything else
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from chassis.settings import PORTS, MeshSettings
from deploy.config import RoleSettings
from deploy.local.config import LocalSettings
from docs.tables import show
from edge.config import EdgeSettings
from envoy.config import EnvoySettings
from identity_svc.config import IdentitySettings
from inventory_svc.config import InventorySettings
from order_svc.config import OrderSettings
from order_svc.payment.config import PaymentSettings

PAGE = Path(__file__).resolve().parent / "settings.md"
READERS: dict[str, type[MeshSettings]] = {
    "all": MeshSettings,
    "envoy": EnvoySettings,
    "make": LocalSettings,
    "migrate": RoleSettings,
    "identity": IdentitySettings,
    "inventory": InventorySettings,
    "order": OrderSettings,
    "payment": PaymentSettings,
    "edge": EdgeSettings,
}
HEAD = "| `EASYORDER_…` | default | range | meaning | read by |\n|---|---|---|---|---|"
_TABLE = re.compile(r"\| `EASYORDER_…` \|.*\Z", re.DOTALL)


def fields() -> dict[str, tuple[FieldInfo, list[str]]]:
    """Every setting by the name of its variable, and who reads it."""
    found: dict[str, tuple[FieldInfo, list[str]]] = {}
    for reader, kind in READERS.items():
        inherited = {
            name
            for base in READERS.values()
            if issubclass(kind, base) and base is not kind
            for name in base.model_fields
        }
        for name, field in kind.model_fields.items():
            if name not in inherited:
                variable = str(field.validation_alias or name).removeprefix("EASYORDER_").upper()
                found.setdefault(variable, (field, []))[1].append(reader)
    return found


def table() -> str:
    return "\n".join([HEAD, *(_row(variable, *described) for variable, described in fields().items())]) + "\n"


def _row(variable: str, field: FieldInfo, readers: list[str]) -> str:
    if not field.description:
        raise SystemExit(f"EASYORDER_{variable} has no docstring that says what it means")
    meaning = " ".join(field.description.split())
    cells = (f"`{variable}`", _default(variable, field), _range(field), meaning, ", ".join(readers))
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _default(variable: str, field: FieldInfo) -> str:
    extra: Any = field.json_schema_extra or {}
    if "default" in extra:
        return str(extra["default"])
    service = variable.removesuffix("_ADDRESS").lower()
    if service in PORTS:
        return f"HOST:{PORTS[service]}, plus PORT_OFFSET"
    value = field.get_default(call_default_factory=True, validated_data={"data_dir": Path(), "port_offset": 0})
    value = value.get_secret_value() if isinstance(value, SecretStr) else value
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`" if value not in (None, "") else ""


def _range(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(field.annotation))
    return ", ".join(_limits(field))


def _limits(field: FieldInfo) -> Iterator[str]:
    for limit in field.metadata:
        for attribute, words in (("gt", "above"), ("ge", "at least"), ("le", "at most"), ("lt", "below")):
            if (bound := getattr(limit, attribute, None)) is not None:
                yield f"{words} {bound}"


if __name__ == "__main__":
    sys.exit(show(PAGE, _TABLE, table()))
