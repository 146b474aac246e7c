"""The live lattice in a browser: frames a second at 512² spins and the critical temperature, one sweep a frame.

Chromium opens the widget as a file, as a reader of the site does. A frame counts when it has been painted: the lattice,
its record of m, and the numbers. Afterwards the spins in the page are held against the same sweeps done natively.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from spinlearn.explore import IsingLattice, digest, replay

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZE, T, SEED = 512, 2.269, 1

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


def measure(seconds: float = 4.0) -> dict[str, float | str]:
    """Count the frames of so many seconds; a ValueError if the spins are not the native ones afterwards.

    Returns
    -------
    dict
        ``frames_per_second``, ``flips_per_ns`` (of the sweeps in those frames), ``sweeps``, ``browser``.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise FileNotFoundError(f"no browser found, looked for {', '.join(BROWSERS)}")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "lattice.html")
        file.write_text(
            f'<!doctype html><meta charset="utf-8">{IsingLattice(SIZE, T=T, seed=SEED).static_html()}', encoding="utf-8"
        )
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(file.as_uri())
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_timeout(1000)
        frames = page.evaluate(COUNT, seconds)
        page.get_by_role("button", name="Pause", exact=True).click()
        shown = page.locator(".sl-live").evaluate("widget => ({...widget.dataset})")
        version = browser.version
        browser.close()
    sweeps = int(shown["sweeps"])
    if shown["digest"] != digest(replay(SIZE, T, sweeps, seed=SEED)):
        raise ValueError(f"after {sweeps} sweeps the page has other spins than the library: its speed means nothing")
    return {
        "frames_per_second": frames,
        "flips_per_ns": frames * SIZE**2 / 1e9,
        "sweeps": sweeps,
        "browser": f"Chromium {version}",
    }


def main() -> None:
    """Print one line."""
    seen = measure()
    print(
        f"Live lattice, {SIZE}² spins at T = {T}, one sweep a frame: {seen['frames_per_second']:.0f} frames/s "
        f"({seen['flips_per_ns']:.3f} flips/ns) in {seen['browser']}; "
        f"after {seen['sweeps']} sweeps the spins are the native kernel's, bit for bit"
    )


if __name__ == "__main__":
    main()
