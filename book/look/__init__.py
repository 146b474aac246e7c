"""How a page looks and is found: folds, the ledger's table, what stays on one line, reading order, search."""

from sphinx.application import Sphinx

from . import claims, folds, order, search, together


def setup(app: Sphinx) -> dict:
    """Connect all of it."""
    app.connect("doctree-resolved", search.collect, priority=100)  # before mathematics is anything but TeX
    app.connect("doctree-resolved", folds.fold_code)
    app.connect("doctree-resolved", claims.mark_claims)
    app.connect("doctree-resolved", together.keep_together, priority=900)  # after all that makes or moves text
    app.connect("html-page-context", order.leave_answers_out, priority=900)  # after the theme has made its own
    app.connect("html-page-context", folds.add_script)
    app.connect("html-page-context", claims.add_script)
    app.connect("build-finished", search.write)
    app.connect("env-merge-info", search.merge)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
