"""What schemathesis may find although the OpenAPI document and the mesh are as they should be, each with its reason."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from edge.openapi import document
from tests.documented import faults

# No keyword of JSON Schema says what these must be; their descriptions do.
UNSAYABLE = {
    "filter": "a grammar of its own",
    "pageToken": "made by the mesh",
    "pageNumber": "not together with pageToken",
    "resumeToken": "made by the mesh",
    "afterSequence": "not together with resumeToken",
    "requestId": "the same as the header Idempotency-Key",
    "updateMask": "names of the fields of the body",
    "startDate": "not after endDate, and a day of the calendar",
    "endDate": "at most a year after startDate",
    "date": "a day of the calendar",
    "amount": "not together with items, and of the currency of the order",
    "value": "the range depends on the kind",
    "endTime": "after startTime",
    "currencyCode": "that of the amounts",
    "last-event-id": "made by the mesh",
    "productItemIds": "each once",
    "currentPassword": "required of those who change their own address or password",
    "lowStockThreshold": "only with lowStockOnly",
    "displayName": "one line of text",
    "name": "one line of text",
    "units": "64 bits; Google's messages carry no rules of ours",
    "minTotal": "an amount above 0, in whole minor units",
    "basePrice": "in whole minor units, and with the bounds of prices; Google's messages carry no rules of ours",
    "priceOverride": "as basePrice",
    "priceModifier": "as basePrice",
    "revision": "0; Google's messages carry no rules of ours",
    "nanos": "the sign of the units",
    "regionCode": "a country, by two letters of ISO 3166-1",
    "addressLines": "required by a country",
    "locality": "required by a country",
    "administrativeArea": "as a country has it",
    "postalCode": "as a country has it",
    "timeZone": "an IANA name",
    "metadata": "at most 4,000 characters in all",
    "token": "required by all methods of payment but cash",
    "buyQuantity": "required by one kind",
    "getQuantity": "required by one kind",
    "code": "no invisible characters",
    "url": "https, a name or a public address, and no credentials",
    "etag": "the same as the header If-Match",
    "sku": "each once in a product",
    "variation": "one of the product, and each once in an item",
    "productItems": "each combination of options once",
}
# Schemas that requests share with replies stay open, because replies may get more fields.
UNKNOWN = "is not a field of this request"
# It is not said of each of the texts.
NUL = "must not contain NUL"


@dataclass(frozen=True)
class Finding:
    """One check that failed for one request."""

    check: str
    operation: str
    request: Mapping[str, Any]
    status: int
    reply: bytes
    message: str

    @cached_property
    def reason(self) -> str:
        return str(self._details[0].get("reason", "")) if self._details else ""

    @cached_property
    def violations(self) -> Sequence[Mapping[str, str]]:
        return [violation for detail in self._details for violation in detail.get("fieldViolations", [])]

    @property
    def _details(self) -> Sequence[Mapping[str, Any]]:
        try:
            return json.loads(self.reply)["details"]
        except (ValueError, KeyError, TypeError):
            return []

    def __str__(self) -> str:
        sent = f"{self.request['method']} {self.request['uri']} {_content(self.request)[:500]!r}"
        return f"{self.check} of {self.operation}: {self.status} {self.reply[:500]!r} to {sent}: {self.message}"


def findings(report: str) -> Iterator[Finding]:
    """The failed checks in a report of schemathesis as NDJSON."""
    for line in report.splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for case_id, checks in recorder.get("checks", {}).items():
            sent = recorder["interactions"][case_id]
            for check in checks:
                if check["status"] != "success":
                    failure = check["failure_info"]["failure"]
                    yield Finding(
                        check=check["name"],
                        operation=recorder["label"],
                        request=sent["request"],
                        status=sent["response"]["status_code"],
                        reply=_content(sent["response"], "content"),
                        message=failure["message"],
                    )


def why_not_a_fault(finding: Finding) -> str | None:
    """The reason for an exception; None if there is none, so that something has to be mended."""
    if finding.check == "unsupported_method" and finding.status == 400:
        return _refused_before_its_verb(finding)
    if finding.check == "positive_data_acceptance" and finding.status == 400:
        return _refused_by_unsayable_rules(finding)
    if finding.check == "negative_data_rejection":
        return _accepted_all_the_same(finding)
    if finding.check == "response_schema_conformance" and finding.reply.startswith((b"data: ", b"id: ")):
        return _documented_events(finding)
    return None


def _refused_before_its_verb(finding: Finding) -> str | None:
    if finding.request["method"] == "QUERY":
        return "RFC 10008: a QUERY without content is refused as malformed"
    if finding.reason == "INVALID_ARGUMENT" and finding.violations:
        return "a body is refused by what it says before the path and its verbs are looked at; it has no effect either"
    return None


def _refused_by_unsayable_rules(finding: Finding) -> str | None:
    if finding.reason != "INVALID_ARGUMENT":
        return "a rule about what there is, such as the stock or the status, which a schema cannot know"
    for violation in finding.violations:
        name = violation["field"].rpartition(".")[2]
        if name not in UNSAYABLE and violation["description"] not in (UNKNOWN, NUL):
            return None
    return "a rule that is told in words" if finding.violations else None


def _accepted_all_the_same(finding: Finding) -> str | None:
    is_of_key = any(name in finding.message for name in ("Idempotency-Key", "requestId", "Missing required property"))
    if is_of_key and (b"requestId" in _content(finding.request) or "Idempotency-Key" in finding.request["headers"]):
        return "requestId and Idempotency-Key stand for each other, and an empty one is none"
    if b"null" in _content(finding.request):
        return "in the JSON of protobuf, null is a field that is not given"
    if "minItems" in finding.message and finding.operation.startswith("PATCH"):
        return "in an update without a mask, a list without elements is a field that is not given"
    if "`pattern`" in finding.message and "/email" in finding.message:
        return "an address needs no more than the form of the pattern: `format` only annotates"
    return None


def _documented_events(finding: Finding) -> str | None:
    path, verb = finding.operation.split()[1], finding.operation.split()[0].lower()
    paths: Mapping[str, Any] = document()["paths"]  # type: ignore[assignment]
    schema = paths[path][verb]["responses"]["200"]["content"]["text/event-stream"]["schema"]["contentSchema"]
    events = [line.removeprefix(b"data: ") for line in finding.reply.splitlines() if line.startswith(b"data: ")]
    if not events or any(faults(schema, json.loads(event)) for event in events):
        return None
    return "OpenAPI 3.1 has a schema for the data of an event, not for an event; the data is as documented"


def _content(part: Mapping[str, Any], name: str = "body") -> bytes:
    return base64.b64decode((part.get(name) or {}).get("$base64", ""))
