"""Still pictures: what stands where scripts do not run."""

import base64
import io
from typing import NamedTuple

import numpy as np
from PIL import Image

_DOTS, _SHOWN = 125, 100  # an inch: of the picture, and of the CSS pixels that it takes


class Still(NamedTuple):
    """What stands where scripts do not run.

    Attributes
    ----------
    picture : str
        Data URI of an image.
    width, height : int
        Its size in CSS pixels.
    alternative : str
        What is seen.
    caption : str
        What it shows.
    """

    picture: str
    width: int
    height: int
    alternative: str
    caption: str


def png(sites: np.ndarray, colours: list[str]) -> str:
    """Return a data URI of a picture with one dot a site: an array of numbers of colours, at most 16."""
    image = Image.fromarray(sites.astype(np.uint8), mode="P")
    image.putpalette([int(colour[k : k + 2], 16) for colour in colours for k in (1, 3, 5)])
    return _uri(image, bits=1 if len(colours) <= 2 else 4)


def drawn(draw, width: float, height: float, alternative: str, caption: str) -> Still:
    """Return what `draw(figure)` draws on a figure of so many inches, in the style of the course, with its words."""
    import matplotlib.style  # here, because a picture of spins needs no matplotlib
    from matplotlib.figure import Figure

    from ...plotting import STYLE

    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=_DOTS, facecolor="white", bbox_inches=None)
    image = Image.open(file).convert("RGB")
    uri = _uri(image.quantize(12, dither=Image.Dither.NONE))
    return Still(uri, image.width * _SHOWN // _DOTS, image.height * _SHOWN // _DOTS, alternative, caption)


def _uri(image: Image.Image, **options) -> str:
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True, **options)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
