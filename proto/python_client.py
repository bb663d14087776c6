"""Generates what easyorder-client has of the contract: public messages, and a method for each rpc and an error for
each reason.

Called by proto/generate.py, whose package `easyorder` has the messages. What only services or web pages use is left
out.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

from google.api import field_behavior_pb2
from google.protobuf.descriptor import EnumValueDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import FieldOptions, FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.rpc import code_pb2

# Packages with messages for callers.
PACKAGES = ("catalog", "common", "identity", "incentive", "inventory", "ops", "order", "payment", "webhook")
GOOGLE = ("google/api", "google/protobuf", "google/rpc", "google/type", "message_pool.py", "py.typed")
EXPORTED = [*(f"{package}.v1" for package in PACKAGES), "google.api", "google.rpc", "google.type"]
# The client itself signs in and out.
OF_THE_SESSION = {"Login", "Logout", "RefreshToken"}
OF_PROVIDERS = {"ReceiveStripeEvent"}
MADE = '"""Generated from proto/ by proto/python_client.py: run `make gen`, do not edit."""\n'
_CODES = frozenset(value.name for value in code_pb2.Code.DESCRIPTOR.values)
REQUIRED = field_behavior_pb2.FieldBehavior.REQUIRED


def generate(package: Path, into: Path) -> None:
    """Writes messages/, methods.py and reasons.py to `into`; `package` is the generated package `easyorder`."""
    for name in (*PACKAGES, *GOOGLE):
        source, target = package / name, into / "messages" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    (into / "messages/google/__init__.py").touch()
    exports = "".join(f"from .{module} import *\n" for module in EXPORTED)
    (into / "messages/__init__.py").write_text(MADE + "\n" + exports, encoding="utf-8")
    contract = Contract(FileDescriptorSet.FromString((package / "contract.binpb").read_bytes()))
    (into / "methods.py").write_text(methods_module(contract), encoding="utf-8")
    (into / "reasons.py").write_text(reasons_module(contract), encoding="utf-8")


class Contract:
    """The descriptors of proto/, and their comments."""

    def __init__(self, files: FileDescriptorSet) -> None:
        self.pool = DescriptorPool()
        self._comments: dict[tuple[str, tuple[int, ...]], str] = {}
        for file in files.file:
            self.pool.Add(file)
            self._read_comments(file)
        self._files = files.file

    def methods(self) -> Iterator[tuple[MethodDescriptor, str]]:
        """Those that a client calls, each with its comment."""
        for file in self._files:
            if file.package not in {f"easyorder.{name}.v1" for name in PACKAGES}:
                continue
            for n, service in enumerate(file.service):
                known = self.pool.FindServiceByName(f"{file.package}.{service.name}")
                for m, method in enumerate(known.methods):
                    if method.name not in OF_THE_SESSION | OF_PROVIDERS:
                        yield method, self._comments[file.name, (6, n, 2, m)]

    def reasons(self) -> Iterator[tuple[EnumValueDescriptor, str]]:
        enum = self.pool.FindEnumTypeByName("easyorder.common.v1.ErrorReason")
        [file] = [file for file in self._files if file.name == enum.file.name]
        [n] = [n for n, found in enumerate(file.enum_type) if found.name == enum.name]
        for m, value in enumerate(enum.values):
            if value.number:
                yield value, self._comments[file.name, (5, n, 2, m)]

    def code_of(self, reason: EnumValueDescriptor) -> str:
        options = GetMessageClass(self.pool.FindMessageTypeByName("google.protobuf.EnumValueOptions"))
        extension = self.pool.FindExtensionByName("easyorder.common.v1.error")
        form = options.FromString(reason.GetOptions().SerializeToString()).Extensions[extension]
        return code_pb2.Code.Name(form.code)

    def _read_comments(self, file: FileDescriptorProto) -> None:
        for place in file.source_code_info.location:
            text = "\n".join(line.removeprefix(" ") for line in place.leading_comments.rstrip().split("\n"))
            self._comments[file.name, tuple(place.path)] = text


def methods_module(contract: Contract) -> str:
    """Each rpc as a method of Methods and, as a coroutine or an asynchronous iterator, of AsyncMethods."""
    found = list(contract.methods())
    assert len({method.name for method, _ in found}) == len(found), "two services have a method of the same name"
    constants = [
        f"{constant(method)} = Method(\n    {f'/{method.containing_service.full_name}/{method.name}'!r},\n"
        f"    m.{method.input_type.name},\n    {response(method)},\n)\n"
        for method, _ in found
    ]
    return (
        f"{MADE}\nfrom __future__ import annotations\n\nfrom collections.abc import AsyncGenerator, Generator\n\n"
        "from easyorder_client import messages as m\nfrom easyorder_client.async_calls import AsyncCalls\n"
        "from easyorder_client.attempts import Method\nfrom easyorder_client.paging import AsyncPager, Pager\n"
        "from easyorder_client.sync_calls import SyncCalls\n\n"
        f"{''.join(constants)}\n\n"
        'class Methods(SyncCalls):\n    """The methods of the contract."""\n'
        f"{''.join(method(*of, '') for of in found)}\n\n"
        "class AsyncMethods(AsyncCalls):\n"
        f'    """The methods of the contract, as coroutines."""\n{"".join(method(*of, "async ") for of in found)}'
    )


def method(method: MethodDescriptor, comment: str, kind: str) -> str:
    """The Python of one method."""
    wanted, request = response(method), f"m.{method.input_type.name}"
    fields = method.output_type.fields_by_name
    prefix = "Async" if kind else ""
    if method.server_streaming:
        # An export that was cut off is not whole; any other stream goes on where it was, or with what is true now.
        is_export = wanted == "m.HttpBody"
        how, answer = (
            "_export" if is_export else "_watch",
            f"{prefix}Generator[{'bytes' if is_export else wanted}, None{'' if kind else ', None'}]",
        )
        call = f"self.{how}({constant(method)}, request{', timeout' if is_export else ''})"
    elif "next_page_token" in fields:
        items = next(field for field in method.output_type.fields if field.message_type and field.is_repeated)
        how, answer = "_pages", f"{prefix}Pager[{wanted}, m.{items.message_type.name}]"
        call = f"self._pages({constant(method)}, request, {items.name!r}, m.{items.message_type.name}, timeout)"
    elif method.output_type.full_name == "google.protobuf.Empty":
        how, answer, call = "_call", "None", f"self._call({constant(method)}, request, timeout)"
    else:
        how, answer, call = "_call", wanted, f"self._call({constant(method)}, request, timeout)"
    optional = not any(is_required(field.GetOptions()) for field in method.input_type.fields)
    given = f"request: {request} = {request}()" if optional else f"request: {request}"
    given += "" if how == "_watch" else ", *, timeout: float | None = None"
    is_coroutine = kind and how == "_call"
    result = f"{'await ' if is_coroutine else ''}{call}"
    body = result if answer == "None" else f"return {result}"
    text = indent(f'"""{comment}"""'.replace("\\", "\\\\"), " " * 8)
    head = f"{kind if is_coroutine else ''}def {snake(method.name)}"
    return f"\n    {head}(self, {given}) -> {answer}:\n{text}\n        {body}\n"


def response(method: MethodDescriptor) -> str:
    return f"m.{'google.protobuf.Empty' if method.output_type.name == 'Empty' else method.output_type.name}"


def is_required(options: FieldOptions) -> bool:
    behavior = FieldOptions.FromString(options.SerializeToString()).Extensions[field_behavior_pb2.field_behavior]
    return REQUIRED in behavior


def reasons_module(contract: Contract) -> str:
    """A class for each reason that is not the name of a code."""
    classes, known = [], []
    for reason, comment in contract.reasons():
        name, code = reason.name.removeprefix("ERROR_REASON_"), contract.code_of(reason)
        if name in _CODES:
            known.append(f'    "{name}": errors.{camel(name)},\n')
            continue
        known.append(f'    "{name}": {camel(name)},\n')
        text = indent(f'"""{comment}"""', "    ")
        classes.append(f"class {camel(name)}(errors.{camel(code)}):\n{text}\n\n\n")
    return (
        f"{MADE}\nfrom __future__ import annotations\n\nfrom easyorder_client import errors\n\n\n{''.join(classes)}"
        f"BY_REASON: dict[str, type[errors.EasyOrderError]] = {{\n{''.join(known)}}}\n"
    )


def constant(method: MethodDescriptor) -> str:
    return snake(method.name).upper()


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def camel(name: str) -> str:
    return name.title().replace("_", "")
