"""Show a kernel on a page exactly as the library holds it, so that what is explained is what runs."""

import inspect
import textwrap


class Source:
    """Source text that Jupyter and the site both show as highlighted code; see `source`."""

    def __init__(self, text: str):
        self.text = text

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"

    def __repr__(self) -> str:
        return self.text


def source(*functions) -> Source:
    """Source of one or more functions of the library, compiled kernels included.

    Parameters
    ----------
    *functions : callable
        Shown in the order given, with a blank line between them.

    Returns
    -------
    Source

    Raises
    ------
    TypeError
        If something is not a function written in Python.

    Examples
    --------
    >>> from spinlearn.core import words
    >>> source(words.uniform).text.splitlines()[0]
    '@kernel'
    """
    # A compiled kernel keeps the Python function it was made from.
    plain = [getattr(function, "py_func", function) for function in functions]
    return Source("\n\n".join(textwrap.dedent(inspect.getsource(function)).strip() for function in plain))
