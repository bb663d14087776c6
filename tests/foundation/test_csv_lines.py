"""No text of an export is a formula to a spreadsheet, in any cell; numbers stay numbers."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from foundation.csv_lines import lines


@pytest.mark.parametrize("begin", [*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20"])
def test_text_is_no_formula(begin: str) -> None:
    text = f'{begin}HYPERLINK("https://example.com","paid")'

    [[number, first, last]] = csv.reader(io.StringIO(b"".join(lines([[Decimal("-1.50"), text, text]])).decode(), ""))

    assert (number, first, last) == ("-1.50", f"'{text}", f"'{text}")


def test_other_text_stays_as_it_is() -> None:
    assert b"".join(lines([["a = b", "1-2", "ada@example.com", "", None]])) == b"a = b,1-2,ada@example.com,,\r\n"
