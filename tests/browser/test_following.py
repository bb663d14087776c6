"""Pages that follow the shop: what they show does not stay old, and hidden tabs leave connections to others."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.test_modules import run

pytestmark = pytest.mark.asyncio(loop_scope="session")


# A console whose shop answers each list with the next of `lists`; the last one again and again.
LISTED = """
    const wait = window.setTimeout;
    // What waits for a silent stream has its time: the machine may be busy.
    window.setTimeout = (done, ms) => wait(done, ms < 40_000 ? ms / 100 : ms);
    const asked = [];
    const order = (id, status, second) => ({
        id, status: `ORDER_STATUS_${status}`, placedAt: `2026-01-31T10:00:0${second}Z`, items: [], payments: [],
    });
    const until = async found => { for (let n = 0; n < 2000 && !found(); n++) await new Promise(go => wait(go, 5)); };
    const text = events => events.map(event => `data: ${JSON.stringify(event)}\n\n`).join("");
    const heartbeat = { eventTime: "2026-01-31T10:00:09Z", heartbeat: {} };
    const told = (id, sequence, event) => ({ orderId: id, sequence, eventTime: "2026-01-31T10:00:08Z", ...event });
    const console_of = (lists, streams) => new it.LiveOrders({
        get: async () => { asked.push("list"); return (lists.length > 1 ? lists.shift() : lists[0])(); },
        request: async () => { asked.push("stream"); return streams.shift()(); },
    });
    const open = events => () => new Response(new ReadableStream({
        start: to => to.enqueue(new TextEncoder().encode(text(events))),
    }));
    const statuses = live => live.rows.map(({ id, status }) => `${id} ${status.slice(13)}`);
"""


async def test_orders_are_listed_once_the_stream_has_begun_until_the_list_has_all_from_before(page: Page) -> None:
    code = (
        LISTED
        + """
        const orders = (...found) => () => ({ orders: found });
        const paid = { orderStatusChanged: { toStatus: "ORDER_STATUS_PAID", order: order("c", "PAID", 3) } };
        const attempt = { paymentAttempt: { outcome: "PAYMENT_OUTCOME_TRANSIENT" } };
        const [a, b, c] = [order("a", "CONFIRMED", 1), order("b", "PENDING", 2), order("c", "CONFIRMED", 3)];
        const live = console_of(
            [orders(c, b, a), orders(c, order("b", "CONFIRMED", 2), order("a", "PAID", 1))],
            [open([heartbeat, told("c", 3, paid), told("b", 3, attempt)])],
        );
        live.start();
        await until(() => asked.length === 4);
        await new Promise(done => wait(done, 50));
        live.stop();
        return [asked, statuses(live), live.missing];
    """
    )

    assert await run(page, "console/live.js", code) == [
        ["stream", "list", "list", "list"],
        ["c PAID", "b CONFIRMED", "a PAID"],
        0,
    ]


async def test_orders_are_listed_when_a_shop_that_was_away_is_back(page: Page) -> None:
    code = (
        LISTED
        + """
        const away = () => { throw new TypeError("Failed to fetch"); };
        const live = console_of([away, () => ({ orders: [order("a", "PAID", 1)] })], [away, away, open([heartbeat])]);
        live.start();
        const before = live.isListed;
        await until(() => asked.filter(one => one === "list").length === 3);
        live.stop();
        return [before, live.isListed, live.state, asked.slice(0, 5), statuses(live)];
    """
    )

    assert await run(page, "console/live.js", code) == [
        False,
        True,
        "live",
        ["stream", "stream", "stream", "list", "list"],
        ["a PAID"],
    ]


# A page whose tab is shown or hidden, and streams that are open until they are closed.
TAB = """
    const wait = window.setTimeout;
    // What waits for a silent stream has its time: the machine may be busy.
    window.setTimeout = (done, ms) => wait(done, ms < 40_000 ? ms / 100 : ms);
    const until = async found => { for (let n = 0; n < 2000 && !found(); n++) await new Promise(go => wait(go, 5)); };
    const turn = state => {
        Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    };
    const opened = [], states = [];
    let open = 0;
    const stop = new AbortController();
    const follow = more => it.follow({
        open: async (token, signal) => {
            opened.push(token);
            open += 1;
            return new Response(new ReadableStream({
                start: to => {
                    to.enqueue(new TextEncoder().encode(`data: {"resumeToken":"${opened.length}"}\n\n`));
                    signal.addEventListener("abort", () => { open -= 1; to.error(new Error("aborted")); });
                },
            }));
        },
        onEvents: () => {},
        onState: state => states.push(state),
        signal: stop.signal,
        ...more,
    });
"""


async def test_a_tab_that_is_hidden_closes_its_streams_and_resumes_them_when_it_is_shown(page: Page) -> None:
    code = (
        TAB
        + """
        const followed = follow();
        await until(() => states.at(-1) === "live");
        turn("hidden");
        turn("visible");
        await new Promise(done => wait(done, 100));
        const afterAGlance = [open, opened.length];
        turn("hidden");
        await until(() => open === 0);
        await new Promise(done => wait(done, 200));
        const whileHidden = opened.length;
        turn("visible");
        await until(() => open === 1);
        turn("hidden");
        await until(() => open === 0);
        stop.abort();
        await followed;
        return [afterAGlance, whileHidden, opened, states];
    """
    )

    assert await run(page, "shared/events.js", code) == [
        [1, 1],
        1,
        ["", "1"],
        ["connecting", "live", "connecting", "live", "connecting"],
    ]


@pytest.mark.parametrize(("is_of_now", "opened", "gaps"), [("true", ["", "1", ""], 1), ("false", ["", "1", "2"], 0)])
async def test_a_tab_that_was_hidden_for_long_begins_again_where_it_shows_what_is(
    page: Page, is_of_now: str, opened: list[str], gaps: int
) -> None:
    code = (
        TAB
        + """
        const now = Date.now;
        let gaps = 0;
        const followed = follow({ isOfNow: IS_OF_NOW, onGap: () => (gaps += 1) });
        for (const [minutes, streams] of [[14, 2], [16, 3]]) {
            await until(() => states.at(-1) === "live");
            turn("hidden");
            await until(() => open === 0);
            const left = Date.now();
            Date.now = () => left + minutes * 60_000;
            turn("visible");
            await until(() => opened.length === streams);
            Date.now = now;
        }
        stop.abort();
        await followed;
        return [opened, gaps];
    """
    ).replace("IS_OF_NOW", is_of_now)

    assert await run(page, "shared/events.js", code) == [opened, gaps]


async def test_a_tab_that_is_opened_hidden_opens_its_streams_when_it_is_shown(page: Page) -> None:
    code = (
        TAB
        + """
        turn("hidden");
        follow();
        await new Promise(done => wait(done, 50));
        const before = opened.length;
        turn("visible");
        await until(() => open === 1);
        stop.abort();
        return before;
    """
    )

    assert await run(page, "shared/events.js", code) == 0


async def test_hours_that_cannot_be_asked_for_stay_and_are_asked_for_again_soon(page: Page) -> None:
    code = """
        const { html, render } = await import("/static/shared/framework.js");
        const [wait, every] = [window.setTimeout, window.setInterval];
        window.setTimeout = (done, ms) => wait(done, ms / 100);
        let ask;
        window.setInterval = (done, ms) => (ask = done, every(() => {}, ms));
        const until = async found => {
            for (let n = 0; n < 2000 && !found(); n++) await new Promise(go => wait(go, 5));
        };
        const hour = orders => ({ startTime: new Date(Math.floor(Date.now() / 3.6e6) * 3.6e6).toISOString(), orders });
        let orders = 3, failures = 0, isAway = false;
        const session = { get: async (_, { date }) => {
            if (isAway) { failures += 1; throw new TypeError("Failed to fetch"); }
            const isToday = date === new Date().toISOString().slice(0, 10);
            return { currencies: isToday ? [{ hours: [hour(orders)] }] : [] };
        } };
        const box = document.body.appendChild(document.createElement("div"));
        render(html`<${it.Hours} session=${session} />`, box);
        await until(() => box.textContent.includes("3 in the last 24 hours"));
        [isAway, orders] = [true, 4];
        ask();
        await until(() => failures > 4);
        const whileAway = box.textContent.includes("3 in the last 24 hours");
        isAway = false;
        await until(() => box.textContent.includes("4 in the last 24 hours") || !whileAway);
        return whileAway;
    """

    assert await run(page, "console/hours.js", code) is True
