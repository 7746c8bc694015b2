"""Live: one connection however many tabs; told when it breaks; nothing lost after."""

import secrets

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


def test_a_broken_connection_is_told_and_what_was_missed_is_made_up_for(faces, client, allow):
    allow("ERR_|Failed to load")
    context = faces.context(role="operations")
    leader = watched(faces.tab(context))
    leader.goto("/")
    live(leader)
    listener = watched(faces.tab(context))
    listener.goto("/")
    live(listener)
    listener.evaluate(HEARD)
    tell(client)
    eventually(
        lambda: [listener.wait_for_timeout(50), listener.evaluate("window.__told.length")][1],
        what="the first facts are heard",
    )
    context.set_offline(True)  # noqa: FBT003 - Playwright's own
    leader.evaluate("""() => window.dispatchEvent(new Event('offline'))""")
    leader.get_by_text("Reconnecting. Data from").wait_for(timeout=60_000)
    tell(client)
    context.set_offline(False)  # noqa: FBT003
    live(leader)
    eventually(
        lambda: [listener.wait_for_timeout(50), len(listener.evaluate("window.__told")) >= 4][1],
        what="what happened meanwhile is heard",
    )
    told = listener.evaluate("window.__told")
    assert told == sorted(set(told)), "in order, none twice"
    assert told[-1] - told[0] + 1 == len(told), "none left out"
