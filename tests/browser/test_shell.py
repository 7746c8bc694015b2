"""The shell: signed in or out, its keys, its theme, its menu, what it says when something fails."""

import re

import pytest


def live(page):
    """Wait until the page hears what happens."""
    page.locator(".live[data-status=live]").wait_for()


def test_nobody_sees_the_sign_in_page_and_comes_back_where_they_wanted(visit, allow, people, axe):
    allow("401")
    page = visit("/orders?status=held", role=None)
    page.get_by_role("heading", name="Sign in").wait_for()
    axe(page)
    person = people.by_role["operations"]
    page.get_by_label("Login").fill(person.login)
    page.get_by_role("textbox", name="Password").fill("not the password at all")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    page.get_by_role("textbox", name="Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main menu").wait_for()
    assert page.url.endswith("/orders?status=held")


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (390, 844)])
def test_the_shell_stands_at_every_width(visit, axe, shot, size):
    page = visit("/", size=size)
    live(page)
    axe(page)
    shot(page, f"shell-{size[0]}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], f"the page is {wide} px wide on {size[0]}"


def test_on_a_phone_the_menu_opens_over_the_page_and_closes_when_one_goes(visit):
    page = visit("/", size=(390, 844))
    menu = page.get_by_role("navigation", name="Main menu")
    assert not menu.is_visible()
    page.get_by_role("button", name="Open menu").click()
    assert menu.is_visible()
    page.get_by_role("button", name="Close menu").click()
    assert not menu.is_visible()


def test_the_palette_is_a_listbox_whose_first_entry_is_ready(visit, axe, shot):
    page = visit("/")
    live(page)
    page.keyboard.press("Control+k")
    search = page.get_by_role("textbox", name="Search and commands").or_(
        page.get_by_role("combobox", name="Search and commands")
    )
    search.wait_for()
    axe(page)
    shot(page, "palette")
    search.fill("keyb")
    page.locator("[data-combobox-selected]", has_text="Keyboard shortcuts").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")


def test_escape_closes_the_palette_and_the_focus_returns(visit):
    page = visit("/")
    live(page)
    page.get_by_role("button", name="Search or run a command").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.wait_for_function(
        "document.activeElement.getAttribute('aria-label') === 'Search or run a command'"
    )


def test_a_question_mark_shows_the_keys(visit, shot):
    page = visit("/")
    live(page)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    sheet.get_by_text("Everywhere").wait_for()
    assert sheet.get_by_text("Search and commands").is_visible()
    shot(page, "keys")


def test_the_chosen_theme_is_the_persons_and_follows_them(visit):
    page = visit("/", role="viewer")
    live(page)
    with page.expect_response(
        lambda answer: answer.url.endswith("/v1/preferences") and answer.request.method == "PUT"
    ) as saved:
        page.get_by_role("button", name="Use the dark theme").click()
    assert saved.value.status == 200
    root = page.locator("html")
    assert root.get_attribute("data-mantine-color-scheme") == "dark"
    elsewhere = visit("/", role="viewer", scheme="light")
    elsewhere.locator("html[data-mantine-color-scheme=dark]").wait_for()


def test_signing_out_ends_at_the_sign_in_page(visit, allow, faces):
    allow("401")
    faces._people.signed_in.pop("agent", None)  # noqa: SLF001 - the session will have ended
    page = visit("/", role="agent")
    faces._people.signed_in.pop("agent", None)  # noqa: SLF001
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.reload()
    page.get_by_role("heading", name="Sign in").wait_for()


def test_an_address_that_is_none_says_so_inside_the_shell(visit, axe):
    page = visit("/no/such/page")
    page.get_by_role("heading", name="There is no such page").wait_for()
    axe(page)
    assert page.get_by_role("navigation", name="Main menu").is_visible()


def test_the_portal_says_what_it_is(visit, axe):
    page = visit("/portal", role=None)
    page.get_by_role("heading", name="Your order").wait_for()
    axe(page)
