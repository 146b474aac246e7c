"""How an explorable is looked at in a browser: what the tests of all of them share."""

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


def button(widget, name):
    return widget.get_by_role("button", name=name, exact=True)
