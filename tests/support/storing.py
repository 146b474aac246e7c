"""What a page has stored, and a page opened anew that knows of it."""

STORED = "JSON.stringify(localStorage instanceof Storage && Object.entries(localStorage).sort())"


def anew(page, open_it):
    """Open a page that knows what was stored: it can be another process, which hears of it a moment later."""
    stored = page.evaluate(STORED)
    for _ in range(50):
        open_it()
        if page.evaluate(STORED) == stored:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{stored} was stored, and {page.evaluate(STORED)} is there after ten seconds")
