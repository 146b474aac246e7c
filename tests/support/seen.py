"""What a reader can see of a page, as scripts that tests run in it."""

# Everything that is cut off where nobody can scroll to it: walking up from an element, a box that scrolls makes what it
# holds reachable, and one that hides does not. Parts of a formula count as the formula.
CUT_OFF = """() => {
    const cut = (element) => {
        const { left, right } = element.getBoundingClientRect();
        for (let box = element; box; box = box.parentElement) {
            const { overflowX } = getComputedStyle(box), room = box.getBoundingClientRect();
            if (box === element) continue;
            if (["auto", "scroll"].includes(overflowX)) return false;
            const within = right <= room.right + 1.5 && left >= room.left - 1.5;
            if (["hidden", "clip"].includes(overflowX) && !within) return true;
        }
        return right > innerWidth + 1;
    };
    const wanted = "p, li, td, th, dt, dd, h1, h2, h3, h4, pre, img, svg, canvas, a, button, input, label, mjx-math";
    const apart = "mjx-container, svg svg, .sl-hidden, .visually-hidden, .bd-sidebar-secondary";
    return [...document.querySelectorAll(`main :is(${wanted})`)]
        .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
        .filter((one) => one.matches("mjx-math") || !one.closest(apart))
        .filter((one) => one.getBoundingClientRect().width > 1 && cut(one))
        .map((one) => `${one.tagName}.${one.className.baseVal ?? one.className}: ${one.textContent.slice(0, 40)}`);
}"""
