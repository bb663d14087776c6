"""One entry that cannot be written costs no other entry."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.errors import Unavailable
from chassis.grpc.background_writer import BackgroundWriter
from tests.polling import eventually


class FussySink:
    """Refuses a batch that has "poison" in it; is unavailable for the first `away` writes."""

    def __init__(self, *, away: int = 0) -> None:
        self.away = away
        self.written: list[str] = []

    async def write(self, entries: Sequence[str]) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("the database does not answer")
        if "poison" in entries:
            raise ValueError("cannot be written")
        self.written += entries


async def test_an_entry_that_cannot_be_written_costs_no_other_entry():
    sink = FussySink()
    writer: BackgroundWriter[str] = BackgroundWriter("audit", sink, every_s=0.01)
    entries = [f"entry {number}" for number in range(100)]
    for entry in [*entries[:37], "poison", *entries[37:]]:
        writer.add(entry)

    await writer.start()
    await eventually(lambda: len(sink.written) == 100)
    writer.add("later")
    await eventually(lambda: "later" in sink.written)
    await writer.stop()

    assert sink.written == [*entries, "later"]


async def test_entries_wait_while_the_database_is_away():
    sink = FussySink(away=2)
    writer: BackgroundWriter[str] = BackgroundWriter("audit", sink, every_s=0.01)
    writer.add("first")
    writer.add("second")

    await writer.start()
    await eventually(lambda: sink.written == ["first", "second"])
    await writer.stop()
