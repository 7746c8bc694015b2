"""Live: one connection however many tabs; told when it breaks; nothing lost after."""

import secrets

from browser.faces import Faces
from browser.relay import relaying
from scenarios.shop import eventually

TABS = 8
HEARD = """() => new Promise((resolve) => {
    window.__told = [];
    const channel = new BroadcastChannel('entrepot-live');
    channel.onmessage = ({data}) => {
        if (data.kind === 'events') window.__told.push(...data.events.map((e) => e.sequence));
    };
    resolve();
})"""
"""A listener beside the page's own: a tab that leads is not told by itself."""


def live(page):
    page.locator(".live[data-status=live]").wait_for()


def connections(pages):
    """Count the tabs that own an event connection."""
    return [page for page in pages if page.streams]


def watched(page):
    """Note every event connection the page opens and loses."""
    page.streams = []
    page.on(
        "request",
        lambda asked: page.streams.append(asked) if "/v1/events/stream" in asked.url else None,
    )
    return page


def tell(client):
    """Let something happen that every feed hears of."""
    node = f"LIVE-{secrets.token_hex(3)}"
    order = client.get("/v1/orders?limit=1").json["items"][0]["id"]
    client.post(f"/v1/orders/{order}/hold", {"kind": "fraud", "reason": node}).expect(200, 409)
    client.post(f"/v1/orders/{order}/unhold", {"kind": "fraud", "reason": node}).expect(200, 409)


def test_eight_tabs_share_one_connection_and_the_next_leads_when_it_closes(faces, client):
    context = faces.context(role="operations")
    pages = []
    for _ in range(TABS):
        page = watched(faces.tab(context))
        page.goto("/")
        live(page)
        pages.append(page)
    assert len(connections(pages)) == 1, "one tab leads"
    leader = connections(pages)[0]
    leader.close()
    others = [page for page in pages if page is not leader]
    eventually(
        lambda: [others[0].wait_for_timeout(50), connections(others)][1], what="another tab leads"
    )
    follower = next(page for page in others if not page.streams)
    follower.evaluate(HEARD)
    tell(client)
    eventually(
        lambda: [follower.wait_for_timeout(50), follower.evaluate("window.__told.length")][1],
        what="a tab that does not lead is told",
    )
    assert len(connections(others)) == 1


def test_a_broken_connection_is_told_and_what_was_missed_is_made_up_for(
    browser, system, people, client, request
):
    with relaying(system.url) as relay:
        faces = Faces(browser, relay.url, people)
        request.addfinalizer(faces.close)
        context = faces.context(role="operations")
        leader, listener = faces.tab(context), faces.tab(context)
        for page in (leader, listener):
            page.goto("/")
            live(page)
        listener.evaluate(HEARD)
        tell(client)
        seen(listener, 2)
        relay.cut()
        leader.get_by_text("Reconnecting. Data from").wait_for()
        listener.get_by_text("Reconnecting. Data from").wait_for()
        tell(client)
        relay.mend()
        live(leader)
        live(listener)
        told = seen(listener, 4)
    assert told == sorted(set(told)), "in order, none twice"
    assert told[-1] - told[0] + 1 == len(told), "none left out"


def seen(page, count):
    """Wait until a page has been told so much; give the numbers of what it was told."""
    page.wait_for_function("(count) => window.__told.length >= count", arg=count)
    return page.evaluate("window.__told")
