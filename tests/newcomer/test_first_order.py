"""A newcomer has a first order a minute after the clone, by the commands of the documentation alone."""

from __future__ import annotations

import pytest

from tests.newcomer import first_order


@pytest.mark.soak
@pytest.mark.alone
@pytest.mark.timeout(400)
def test_a_first_order_takes_less_than_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    """Of which most is the installation: the packages are in the cache of the pip that has installed these tests."""
    assert first_order.main() == 0, capsys.readouterr().out
