"""Each input of the corpus, and some hundred changed ones, end as their target declares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.errors import InvalidArgument
from tests.fuzz.__main__ import CORPUS
from tests.fuzz.targets import TARGETS, Target

BYTES = st.binary(max_size=200)


def kept() -> Iterator[tuple[str, bytes]]:
    for name, target in TARGETS.items():
        yield from ((name, seed) for seed in target.seeds)
        yield from ((name, file.read_bytes()) for file in sorted((CORPUS / name).glob("*")))


# Seeds with a nonce differ in each process, so they are no ids.
@pytest.mark.parametrize(("name", "data"), list(kept()), ids=[f"{n}-{name}" for n, (name, _) in enumerate(kept())])
def test_what_is_kept_ends_as_declared(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_changed_ends_as_declared(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from([b"", *(seed for of, seed in kept() if of == name)]))
    begin = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(begin, len(seed)))

    TARGETS[name](seed[:begin] + data.draw(BYTES) + seed[end:])


def test_the_corpus_is_of_targets_that_there_are() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} <= set(TARGETS)


def test_an_error_that_is_not_declared_is_a_defect() -> None:
    def fails(data: bytes) -> None:
        raise KeyError(data)

    with pytest.raises(KeyError):
        Target(fails, (InvalidArgument,))(b"")
