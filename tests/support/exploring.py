"""How an explorable is looked at in a browser: what the tests of all of them share."""

import re

import pytest
import traitlets

NUMBER = re.compile(r"-?[\d.]+(e-?\d+)?")

STICKS_OUT = """() => [...document.querySelectorAll(".sl-live *:not(svg *, option, .sl-hidden)")].filter((part) => {
    if (!part.getClientRects().length) return false;
    const [inner, outer] = [part.getBoundingClientRect(), part.closest(".sl-live").getBoundingClientRect()];
    const text = part.matches("button, span, label, p") && getComputedStyle(part).display !== "inline";
    return inner.left < outer.left || inner.right > outer.right || text && part.scrollWidth > part.clientWidth + 1;
}).map((part) => part.outerHTML)"""


def live(page, which=0):
    found = page.locator(".sl-live").nth(which)
    found.wait_for(timeout=10_000)
    return found


def more(widget):
    """Open what waits under More, if it is not open, and return the widget."""
    if widget.locator(".sl-more").get_attribute("open") is None:
        widget.locator(".sl-more > summary").click()
    return widget


def shown(widget, label: str) -> str:
    """What the read-out shows under a label, with its unit if it has one."""
    names = widget.locator(".sl-readout .sl-name")
    return more(widget).locator(".sl-readout .sl-value").nth(names.all_text_contents().index(label)).inner_text()


def button(widget, name):
    return widget.get_by_role("button", name=name, exact=True)


def facts(widget) -> dict:
    """What it says of itself: readings with all their digits, whether it runs, the digest of its spins if paused."""
    data = widget.evaluate("widget => ({...widget.dataset})")
    numbers = {key: float(value) for key, value in data.items() if key != "digest" and NUMBER.fullmatch(value)}
    return numbers | {"digest": data.get("digest"), "running": data["running"] == "true"}


def run_until(widget, clock: str, goal: float, pace: str = "Speed", option: str | None = None) -> dict:
    """Let it run, as fast as it goes unless told, at least until a reading has a value, and pause."""
    select = more(widget).get_by_label(pace)
    if option is None:
        select.select_option(index=select.locator("option").count() - 1)
    else:
        select.select_option(option)
    button(widget, "Start").click()
    reached = "([clock, goal]) => Number(document.querySelector('.sl-live').dataset[clock]) >= goal"
    widget.page.wait_for_function(reached, arg=[clock, goal], timeout=30_000)
    button(widget, "Pause").click()
    return facts(widget)


def fill(widget, label: str, value) -> None:
    """Write a value into a box."""
    box = widget.get_by_label(label)
    if not box.is_visible():
        more(widget)
    box.fill(str(value))
    box.press("Enter")


def refuses(make, name, value, allowed, *, fixed=False) -> None:
    """A bad value is refused with its trait's name and what is allowed, when made and later, and changes nothing."""
    with pytest.raises(traitlets.TraitError, match=f"'{name}' trait.*{allowed}"):
        make(**{name: value})
    widget = make()
    before = getattr(widget, name)
    with pytest.raises(traitlets.TraitError, match=f'"{name}" trait is read-only' if fixed else f"'{name}'"):
        setattr(widget, name, value)
    assert getattr(widget, name) == before
