"""The explorables in a browser: frames a second, each doing the most that its controls allow on one screen.

Chromium opens each widget as a file, as a reader of the site does. A frame counts when it has been painted: pictures,
graphs and numbers. Afterwards what the page has computed is held against the same computed natively.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from spinlearn.course.explore import IsingLattice, Neuron, Wolff, WolffClusters, digest, replay
from spinlearn.neuron import membrane

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZE, T, SEED = 512, 2.269, 1

# Every frame changes the curve or the points of the first graph.
COUNT = """seconds => new Promise(resolve => {
    let frames = 0;
    const painted = new MutationObserver(() => { frames += 1; });
    painted.observe(document.querySelector(".sl-inside .sl-look-accent"), {attributes: true, attributeFilter: ["d"]});
    const begun = performance.now();
    setTimeout(() => {
        painted.disconnect();
        resolve(frames / (performance.now() - begun) * 1000);
    }, 1000 * seconds);
})"""


def measure(widget=None, *, seconds: float = 4.0, pace: tuple[str, str] | None = None) -> dict:
    """Count the frames of so many seconds of a widget, the live lattice if none is given.

    Parameters
    ----------
    widget : Explorable, optional
    seconds : float
    pace : (label, option), optional
        What to choose beforehand.

    Returns
    -------
    dict
        ``frames_per_second``, ``browser``, and what the widget says of itself at the end.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise FileNotFoundError(f"no browser found, looked for {', '.join(BROWSERS)}")
    widget = IsingLattice(SIZE, T=T, seed=SEED) if widget is None else widget
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "widget.html")
        file.write_text(f'<!doctype html><meta charset="utf-8">{widget.static_html()}', encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(file.as_uri())
        if pace:
            page.get_by_label(pace[0]).select_option(pace[1])
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_timeout(1000)
        frames = page.evaluate(COUNT, seconds)
        page.get_by_role("button", name="Pause", exact=True).click()
        shown = page.locator(".sl-live").evaluate("widget => ({...widget.dataset})")
        version = browser.version
        browser.close()
    return {**shown, "frames_per_second": frames, "browser": f"Chromium {version}"}


def main() -> None:
    """Print a line for each; a ValueError if a page has computed something else than the library."""
    seen = measure()
    sweeps = int(seen["sweeps"])
    if seen["digest"] != digest(replay(SIZE, T, sweeps, seed=SEED)):
        raise ValueError(f"after {sweeps} sweeps the page has other spins than the library: its speed means nothing")
    print(
        f"Live lattice, {SIZE}² spins at T = {T}, one sweep a frame: {seen['frames_per_second']:.0f} frames/s "
        f"({seen['frames_per_second'] * SIZE**2 / 1e9:.3f} flips/ns) in {seen['browser']}; "
        f"after {sweeps} sweeps the spins are the native kernel's, bit for bit"
    )

    seen = measure(WolffClusters(256, T=T, seed=SEED), pace=("Sites a frame", "65 536"))
    model = Wolff(256, T, seed=SEED).complete(int(seen["clusters"]))
    while digest(model.spins) != seen["digest"]:
        if not model.grow(1) or model.clusters > int(seen["clusters"]):
            raise ValueError("the page has other clusters than the library: its speed means nothing")
    print(
        f"Live clusters, 256² spins at T = {T}, 65536 sites a frame: {seen['frames_per_second']:.0f} frames/s; "
        f"after {seen['clusters']} clusters the spins are the native kernel's, bit for bit"
    )

    seen = measure(Neuron(10.0), pace=("Speed", "real time"))
    spikes = membrane.fire(10.0, float(seen["t"]))
    if abs(float(seen["rate"]) - spikes.rate) > 0.5:
        raise ValueError(f"the page fires at {seen['rate']} Hz, the library at {spikes.rate} Hz")
    print(
        f"Live neuron at 10 µA/cm², in real time: {seen['frames_per_second']:.0f} frames/s; "
        f"after {float(seen['t']) / 1000:.1f} s it fires {float(seen['rate']):.1f} times a second, natively "
        f"{spikes.rate:.1f}"
    )


if __name__ == "__main__":
    main()
