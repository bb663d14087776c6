"""What pages compute by themselves: amounts without rounding, counts in arrays of a fixed size, events of a stream."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def run(page: Page, module: str, code: str) -> Any:
    """What the code returns, with the module as `it`."""
    await page.goto("/console")
    return await page.evaluate(f"async () => {{ const it = await import('/static/{module}'); {code} }}")


async def test_amounts_are_exact(page: Page) -> None:
    amounts = ["39.95", "-0.05", "0.00", "9999999999999999.99", "-12.50"]

    code = f"return {amounts}.map(one => [it.toDecimal(it.toMoney(one, 'EUR')), it.toMoney(one, 'EUR').units])"
    assert await run(page, "shared/money.js", code) == [
        [amount, amount.partition(".")[0].replace("-0", "0")] for amount in amounts
    ]
    assert (
        await run(page, "shared/money.js", "return ['', '1,5', '1.234', 'x'].map(one => it.toMoney(one, 'EUR'))")
        == [None] * 4
    )


async def test_counts_of_a_second_are_forgotten_after_a_quarter_of_an_hour(page: Page) -> None:
    code = """
        const measures = new it.Measures();
        for (let i = 0; i < 1000; i++) measures.count("placed", 5_000_000 + i);
        const before = measures.sums(5000, 5001).placed;
        measures.count("placed", 5_000_000 + it.SECONDS * 1000);
        measures.count("placed", 5_000_000);
        return [before, measures.sums(5000, 5001).placed, measures.sums(5000, 5001 + it.SECONDS).placed];
    """

    assert await run(page, "console/measures.js", code) == [1000, 0, 1]


async def test_what_the_shop_has_counted_is_drawn_evenly_and_nothing_before_it(page: Page) -> None:
    code = """
        const none = { failedCount: 0, cancelledCount: 0, refusedCount: 0, transientCount: 0, givenUpCount: 0 };
        const at = second => new Date(1000 * second).toISOString();
        const latencies = [{ latencyMs: 79.4, count: 3 }];
        const bucket = (second, placedCount) =>
            ({ startTime: at(second), placedCount, paidCount: 3, chargedCount: 3, latencies, ...none });
        // The process began to count within the first bucket, and counts the last one still.
        const buckets = [bucket(9000, 6), bucket(9005, 12), bucket(9010, 4)];
        const counts = { startTime: at(9003), bucketDuration: "5s", buckets };
        const measures = it.Measures.of(counts, 9011);
        measures.count("placed", 9_011_500);
        const { times, placed, p50 } = measures.series(9012, 12, 1);
        const [median] = measures.quantiles(9000, 9012, [0.5]);
        return [times[0], placed, p50.map(one => one === undefined ? "none" : one && Math.round(one)), median];
    """

    first, placed, p50, median = await run(page, "console/measures.js", code)

    assert first == 9000
    assert placed == [None, None, None, 3, 3, 2, 3, 2, 3, 2, 2, 3]
    assert p50 == [None, None, None, 79, "none", 79, "none", "none", "none", "none", 79, "none"]
    assert median == pytest.approx(79.4, rel=0.1)


async def test_the_counts_of_a_stream_replace_those_before_a_gap(page: Page) -> None:
    code = """
        const live = new it.LiveOrders({});
        const eventTime = "2026-01-31T10:00:08Z", startTime = "2026-01-31T10:00:05Z";
        const none = { paidCount: 0, failedCount: 0, cancelledCount: 0, chargedCount: 0, refusedCount: 0 };
        const bucket = { startTime, placedCount: 7, transientCount: 0, givenUpCount: 0, latencies: [], ...none };
        const orderCounts = { startTime, bucketDuration: "5s", buckets: [bucket] };
        const placed = () => live.measures.sums(Date.parse(startTime) / 1000, live.now + 1).placed;
        live.take([{ eventTime, heartbeat: {} }]);
        const before = [live.measures.since === Date.parse(eventTime) / 1000, placed()];
        live.take([{ eventTime, orderCounts }]);
        live.take([{ eventTime, heartbeat: {} }]);
        return [before, live.measures.since === Date.parse(startTime) / 1000, placed(), live.events];
    """

    assert await run(page, "console/live.js", code) == [[True, 0], True, 7, 0]


async def test_samples_that_are_missing_are_a_gap(page: Page) -> None:
    code = """
        const samples = [[0, 0], [10, 10], [12, 2.1], [30, 0], [40, 10]].map(([at, seconds]) => ({ at, seconds }));
        return it.withGaps(samples).map(one => one.isGap ? "gap" : one.at);
    """

    assert await run(page, "console/metrics_screen.js", code) == [0, 10, 12, "gap", 30, 40]


async def test_a_reader_who_left_is_no_failure(page: Page) -> None:
    code = """
        const watched = { method: "a", callCount: 3, errors: { CANCELLED: 2, INTERNAL: 1 }, p50Ms: 0, p99Ms: 0 };
        const { count, failed } = it.calls([watched]);
        return [count, failed];
    """

    assert await run(page, "console/metrics_screen.js", code) == [3, 1]


async def test_what_is_rare_is_not_none(page: Page) -> None:
    code = "return [0, 0.02, 0.05, 0.3, 12.4].map(one => it.rate(one))"

    assert await run(page, "shared/words.js", code) == ["0.0", "< 0.1", "0.1", "0.3", "12"]


async def test_an_axis_says_where_its_lines_are(page: Page) -> None:
    code = """
        const { duration, rate, whole } = await import("/static/shared/words.js");
        const quarters = [0, 0.25, 0.5, 0.75, 1];
        return [
            it.labels(rate, quarters, 0.25), it.labels(rate, [0, 0.02, 0.04], 0.02), it.labels(rate, [0, 5, 10], 5),
            it.labels(whole, [0, 0.5, 1], 0.5), it.labels(duration, [0, 500, 1000], 500),
            it.labels(duration, [0, 2500, 12500], 2500),
        ];
    """

    assert await run(page, "console/chart.js", code) == [
        ["0.00", "0.25", "0.50", "0.75", "1.00"],
        ["0.00", "0.02", "0.04"],
        ["0", "5", "10"],
        ["0", "", "1"],
        ["0 ms", "500 ms", "1.0 s"],
        ["0 ms", "2.5 s", "12.5 s"],
    ]


async def test_quantiles_are_within_a_tenth(page: Page) -> None:
    code = """
        const measures = new it.Measures();
        for (let ms = 1; ms <= 1000; ms++) measures.count("paid", 7_000_000, ms);
        return [measures.quantiles(7000, 7001, [0.5, 0.99]), measures.quantiles(7001, 7002, [0.5])];
    """

    (p50, p99), nothing = await run(page, "console/measures.js", code)

    assert p50 == pytest.approx(500, rel=0.1)
    assert p99 == pytest.approx(990, rel=0.1)
    assert nothing == [None]


async def test_events_are_whole_however_they_arrive(page: Page) -> None:
    code = """
        const sent = 'id: a\\ndata: {"n":"é"}\\n\\nid: b\\ndata: {"n":2}\\n\\n: nothing\\n\\n';
        const bytes = [...new TextEncoder().encode(sent)].map(byte => new Uint8Array([byte]));
        const body = new ReadableStream({ start(to) { bytes.forEach(one => to.enqueue(one)); to.close(); } });
        const found = [];
        for await (const events of it.batches(new Response(body))) found.push(...events);
        return found;
    """

    assert await run(page, "shared/events.js", code) == [{"n": "é"}, {"n": 2}]


async def test_an_expired_token_is_renewed_once_for_all_who_call(page: Page) -> None:
    code = """
        const asked = [];
        const user = { id: "1" };
        const tokens = token => ({ accessToken: token, refreshToken: `of ${token}`, expiresIn: 900, user });
        const expired = { message: "expired", details: [{ reason: "TOKEN_EXPIRED" }] };
        window.fetch = async (path, { headers, body }) => {
            asked.push([path, headers.authorization ?? body]);
            if (path.endsWith("/login")) return Response.json(tokens("first"));
            if (path.endsWith("/refresh")) return Response.json(tokens("second"));
            const isNew = headers.authorization === "Bearer second";
            return isNew ? Response.json({ fine: true }) : Response.json(expired, { status: 401 });
        };
        const session = new it.Session();
        await session.signIn("ada@example.com", "secret");
        const replies = await Promise.all([session.get("/a"), session.get("/b")]);
        return [replies, asked.filter(([path]) => path.endsWith("/refresh"))];
    """

    replies, renewals = await run(page, "shared/api.js", code)

    assert replies == [{"fine": True}] * 2
    assert renewals == [["/api/v1/users/refresh", '{"refreshToken":"of first"}']]


async def test_a_broken_stream_is_resumed_after_the_last_event_until_it_is_over(page: Page) -> None:
    code = """
        const wait = window.setTimeout;
        window.setTimeout = (done, ms) => wait(done, ms / 100);
        const opened = [], heard = [], states = [];
        const reply = text => new Response(new Blob([text]).stream());
        const replies = [
            () => reply('data: {"resumeToken":"a","n":1}\\n\\ndata: {"resumeToken":"b","n":2}\\n\\ndata: {"n":'),
            () => { throw new TypeError("Failed to fetch"); },
            () => reply('data: {"resumeToken":"c","n":3}\\n\\n'),
            () => new Response(null, { status: 204 }),
        ];
        await it.follow({
            open: async token => { opened.push(token); return replies.shift()(); },
            onEvents: events => heard.push(...events.map(event => event.n)),
            onState: state => states.push(state),
            signal: new AbortController().signal,
        });
        return [opened, heard, states.filter(state => state !== "connecting")];
    """

    assert await run(page, "shared/events.js", code) == [
        ["", "b", "b", "c"],
        [1, 2, 3],
        ["live", "lost", "lost", "live", "lost", "over"],
    ]


async def test_a_stream_is_opened_again_no_sooner_than_the_shop_asks(page: Page) -> None:
    code = """
        const wait = window.setTimeout;
        window.setTimeout = (done, ms) => wait(done, ms / 1000);
        const { ApiError } = await import("/static/shared/api.js");
        const error = { code: 8, details: [{ reason: "TOO_MANY_STREAMS" }, { retryDelay: "5s" }] };
        const replies = [
            () => { throw new ApiError(429, {}, "7"); },
            () => { throw new ApiError(503, {}, null); },
            () => new Response(new Blob([`data: ${JSON.stringify({ error })}\n\n`]).stream()),
            () => { throw new ApiError(503, {}, "99999999"); },
            () => new Response(null, { status: 204 }),
        ];
        const waits = [];
        await it.follow({
            open: async () => replies.shift()(),
            onEvents: () => {},
            onState: (state, until) => state === "lost" && waits.push(until - Date.now()),
            signal: new AbortController().signal,
        });
        return waits;
    """

    asked, unasked, inside, bounded = await run(page, "shared/events.js", code)

    assert 7_000 <= asked < 8_000
    assert unasked < 2_000
    assert 5_000 <= inside <= 7_001
    assert 300_000 <= bounded <= 304_001


async def test_a_stream_that_ends_at_once_is_opened_less_and_less_often(page: Page) -> None:
    code = """
        const wait = window.setTimeout;
        window.setTimeout = (done, ms) => wait(done, ms / 1000);
        const reply = () => new Response(new Blob([`data: {"resumeToken":"a"}\n\n`]).stream());
        const now = Date.now;
        let passed = 0;
        Date.now = () => now() + passed;
        const replies = [reply, reply, reply, reply, () => { wait(() => (passed = 20_000)); return steady(); }];
        const steady = () => new Response(new ReadableStream({ start: of => wait(() => of.close(), 50) }));
        const waits = [];
        await it.follow({
            open: async () => replies.shift()?.() ?? new Response(null, { status: 204 }),
            onEvents: () => {},
            onState: (state, until) => state === "lost" && waits.push(until - Date.now()),
            signal: new AbortController().signal,
        });
        return waits;
    """

    *short, steady = await run(page, "shared/events.js", code)

    assert [2_000 <= wait <= 4_001 for wait in short] == [False, False, False, True]
    assert steady <= 501


async def test_payments_agree_only_when_none_is_in_transit(page: Page) -> None:
    code = """
        const text = counts => it.Found({ of: { state: "PAYMENT_COMPARISON_STATE_DONE", ...counts } }).props.text;
        return [text({}), text({ transitCount: 2 }), text({ transitCount: 2, differenceCount: 1 })];
    """

    assert await run(page, "console/payments.js", code) == ["All agree", "2 in transit", "1 differ"]


async def test_of_many_orders_the_latest_are_kept_and_all_are_counted(page: Page) -> None:
    code = """
        const live = new it.LiveOrders({});
        const total = { currencyCode: "EUR", units: "1", nanos: 0 };
        const [placedAt, paidAt] = ["2026-01-31T10:00:00Z", "2026-01-31T10:00:00.080Z"];
        const items = [{ name: "Lamp", quantity: 1 }];
        const order = id => ({ id, placedAt, paidAt, totalAmount: total, items, payments: [] });
        const change = (id, toStatus) => ({ fromStatus: "ORDER_STATUS_CONFIRMED", toStatus, order: order(id) });
        const happens = (orderId, sequence, event) => live.take([{ orderId, sequence, eventTime: paidAt, ...event }]);
        for (let n = 0; n < 20_000; n++) {
            const id = `order-${n}`;
            happens(id, 1, { orderCreated: { order: order(id) } });
            happens(id, 2, { paymentAttempt: { outcome: "PAYMENT_OUTCOME_CHARGED" } });
            happens(id, 3, { orderStatusChanged: change(id, "ORDER_STATUS_PAID") });
        }
        const before = live.missing;
        happens("order-19999", 5, { orderStatusChanged: change("order-19999", "ORDER_STATUS_SHIPPED") });
        const second = Date.parse(paidAt) / 1000 | 0;
        const { placed, paid, charged } = live.measures.sums(second, second + 1);
        return [live.rows.length, live.rows[0].id, live.events, [placed, paid, charged], before, live.missing];
    """

    assert await run(page, "console/live.js", code) == [100, "order-19999", 60_001, [20_000] * 3, 0, 1]
