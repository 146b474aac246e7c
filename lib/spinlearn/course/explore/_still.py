"""Still pictures drawn by matplotlib in the style of the course's figures."""

import base64
import io

import matplotlib.style
from matplotlib.figure import Figure
from PIL import Image

from ..plotting import STYLE
from ._shell import Still

_DOTS = 150  # an inch; shown at two thirds of that many CSS pixels


def drawn(draw, width: float, height: float, alternative: str, caption: str) -> Still:
    """Return what `draw(figure)` draws on a figure of so many inches: a PNG of sixteen colours, with its words."""
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        file, small = io.BytesIO(), io.BytesIO()
        figure.savefig(file, format="png", dpi=_DOTS, facecolor="white", bbox_inches=None)
    image = Image.open(file).convert("RGB")
    image.quantize(16, dither=Image.Dither.NONE).save(small, format="PNG", optimize=True)
    uri = f"data:image/png;base64,{base64.b64encode(small.getvalue()).decode()}"
    return Still(uri, image.width * 2 // 3, image.height * 2 // 3, alternative, caption)
