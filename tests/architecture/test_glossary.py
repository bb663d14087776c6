"""One standard term for each concept: names and phrases that were replaced are not used again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture.tracked import ROOT, files

# Names in Python, as a whole and in this case, and what stands for them.
NAMES = {
    "Burial": "DeadLetter",
    "bury": "dead_letter",
    "Trail": "BackgroundWriter",
    "Nowhere": "discard",
    "KeptAnswer": "IdempotentResponse",
    "KeptAnswers": "IdempotentResponses",
    "kept_answers": "idempotency_keys",
    "forget_answers": "purge_idempotency_keys",
    "Figures": "Gauges",
    "WakefulLoop": "PollingLoop",
    "Settled": "JobResult",
    "Settlements": "JobOutcomes",
    "Told": "StreamEvent",
    "Hub": "OrderWatch",
    "HubEvent": "StreamEvent",
    "told": "received, published, reported",
    "in_its_order": "message_of_order",
    "in_the_feed": "message_of_many",
    "hand_over": "dispatch",
    "Shelf": "StockBatch",
    "Levels": "StockLevels",
    "Wish": "IncentiveRequest",
    "Offers": "IncentiveSet",
    "Claim": "IncentiveLocks",
    "_Desk": "ReservationBatch",
    "_Bill": "PriceBreakdown",
    "hold_anew": "re_reserve",
    "renew": "re_reserve",
    "extra_order_id": "supplementary_hold_id",
    "pay_anew": "retry_payment",
    "given_back_when_refused": "release_on_failure",
    "give_back": "release",
    "worth": "value, amount",
    "take_off": "deduct",
    "ChargesTogether": "BatchedCharges",
    "CurrencyOfBusiness": "CurrencyReport",
    "HourOfBusiness": "HourlyReport",
    "ItemOfBusiness": "TopItem",
    "AvailabilityTeller": "AvailabilityPublisher",
    "TellsChanges": "ChangeSource",
    "ReadsPages": "PageReader",
    "PositionMoved": "StaleOffset",
    "IntentMoved": "StalePaymentIntent",
    "NotSoldYet": "NotCommittedYet",
    "StillWaiting": "AwaitingStock",
    "KeySeal": "KeyEncryption",
    "SealBroken": "KeyDecryptionFailed",
    "OwnKeys": "local_keys",
    "sealed": "encrypted",
    "Notices": "Webhooks",
    "NoNotices": "NoWebhooks",
    "NoticeRefused": "WebhookSignatureInvalid",
    "Place": "Cursor",
    "Lane": "partition key",
    "Sent": "FlushResult",
    "_Same": "DuplicateRequest",
    "gather_update": "enqueue_write",
    "WAS": "expected_version",
    "was": "expected_version",
    "Freshness": "ReadYourWrites",
    "hurry": "flush, wake",
    "all_locks": "lock_requests",
    "value_of": "the name of the value",
    "has_ended": "is_released",
}
# Files, without their suffix.
MODULES = {
    "burial": "dead_letters",
    "trail": "background_writer",
    "figures": "metrics",
    "hub": "order_watch",
    "hub_messages": "events",
    "live": "subscriptions",
    "offers": "incentives",
}
# In any text: patterns, an example, and what stands for it.
PHRASES = {
    r"anew": ("is made anew", "again"),
    r"beside": ("held beside it", "in addition to, next to, supplementary"),
    r"shel(f|ves)": ("on the shelf", "in stock"),
    r"buried": ("buried after five attempts", "dead-lettered"),
    r"seal(s|ed|ing)?": ("a sealed key", "encrypted"),
    r"compan(y|ies) of orders|in company": ("orders travel in company", "batch"),
    r"sets? out": ("a batch sets out", "begins"),
    r"whoever comes": ("taken by whoever comes", "name the caller"),
    r"so many": ("waits for so many seconds", "name the number"),
}
# Released migrations and data are never edited; the rest is generated, of others, or this list.
EXEMPT = re.compile(
    r"gen/|proto/google/|requirements/|tests/released/\d|chassis/db/alembic/|.*/migrations/.*/?versions/"
    r"|tests/architecture/test_glossary\.py"
)


def names(source: str) -> Iterator[tuple[int, str]]:
    """Every identifier, with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield node.lineno, name


def banned_names(source: str) -> list[str]:
    return [f"{line}: {name} is {NAMES[name]}" for line, name in names(source) if name in NAMES]


def banned_phrases(text: str) -> list[str]:
    found = []
    for pattern, (_, instead) in PHRASES.items():
        for match in re.finditer(rf"(?<![A-Za-z])(?:{pattern.replace(' ', '[ _]')})(?![A-Za-z])", text, re.IGNORECASE):
            found.append(f"{text.count(chr(10), 0, match.start()) + 1}: {match[0]} is {instead}")
    return found


def ours(suffixes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The files of these kinds, by their path, that are written here and now."""
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in suffixes and not EXEMPT.match(name):
            yield name, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_found(name: str) -> None:
    for source in (f"class {name}: pass", f"def f({name}): pass", f"call({name}=1)", f"a.{name}", f"{name} = 1"):
        assert banned_names(source)
    assert not banned_names(f"# {name}\nun{name} = '{name}'")


@pytest.mark.parametrize(("pattern", "example"), [(pattern, example) for pattern, (example, _) in PHRASES.items()])
def test_each_phrase_is_found(pattern: str, example: str) -> None:
    assert banned_phrases(example)
    assert banned_phrases(f"def test_{example.replace(' ', '_')}")
    assert not banned_phrases("concealed besides the bookshelf, so manymore companies")


def test_no_name_that_was_replaced_is_used() -> None:
    assert {path: found for path, source in ours([".py"]) if (found := banned_names(source))} == {}


def test_no_phrase_that_was_replaced_is_used() -> None:
    kinds = [".py", ".md", ".toml", ".proto", ".yaml", ".lua", ".html", ".sql", ""]
    assert {path: found for path, text in ours(kinds) if (found := banned_phrases(text))} == {}


def test_no_file_has_a_name_that_was_replaced() -> None:
    assert [path for path, _ in ours([".py"]) if Path(path).stem in MODULES] == []
