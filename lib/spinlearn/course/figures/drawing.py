"""A figure drawn as SVG for a page: text stays text, and colours are the page's own, so that they follow its theme.

Greys are steps between the page's ink and its paper, ``var(--g0)`` to ``var(--g10)``, and the colours of the style
sheet are ``var(--c0)`` to ``var(--c6)``. What is as white as the paper behind the axes is left out. Identifiers begin
with ``@@``, which whoever puts the drawing into a page replaces by something that the page has once.
"""

import base64
import io
from html import escape

import matplotlib as mpl
import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform
from PIL import Image

from .words import runs

COMMANDS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
ASIDE = 0.38  # how far a small sign stands above or below the line, in sizes of the type
SMALL = 0.8  # and its own size
LONG = 3000  # points of a line of which not all can be seen


def number(value: float, digits: int = 2) -> str:
    """A coordinate in points, to a hundredth; no zero has a sign."""
    return f"{round(value, digits) + 0:.{digits}f}".rstrip("0").rstrip(".") or "0"


def colour(rgb) -> str:
    """The page's name for a colour, or the colour itself where it has none.

    Examples
    --------
    >>> colour((0.3, 0.3, 0.3)), colour("black"), colour("#123456")
    ('var(--g3)', 'var(--g0)', '#123456')
    """
    rgb = np.array(to_rgb(rgb))
    if np.ptp(rgb) < 0.02:
        return f"var(--g{round(10 * rgb.mean())})"
    for index, known in enumerate(mpl.rcParams["axes.prop_cycle"].by_key().get("color", [])):
        if np.abs(rgb - to_rgb(known)).max() < 0.003:
            return f"var(--c{index})"
    return mpl.colors.to_hex(rgb)


class Drawing(RendererBase):
    """A matplotlib renderer that writes such an SVG.

    Parameters
    ----------
    width, height : float
        In points.
    """

    def __init__(self, width: float, height: float):
        super().__init__()
        self.width, self.height = width, height
        self.parts, self.shapes = [], {}
        self.flip = Affine2D().scale(1, -1).translate(0, height)

    # What matplotlib asks.

    def get_canvas_width_height(self):
        return self.width, self.height

    def points_to_pixels(self, points):
        return points

    def get_image_magnification(self):
        return 2.0

    def option_scale_image(self):
        return True

    def option_image_nocomposite(self):
        return True

    # What it draws.

    def draw_path(self, gc, path, transform, rgbFace=None):
        alpha = gc.get_alpha() if gc.get_forced_alpha() else None
        filled = rgbFace is not None and not (len(rgbFace) == 4 and rgbFace[3] == 0)
        if not filled and len(path) > LONG and path.codes is None:
            path, transform = Path(_envelope(transform.transform(path.vertices))), IdentityTransform()
        d = self._d(path, transform + self.flip, clip=None if filled else (0, 0, self.width, self.height))
        if d:
            style = self._style(gc, rgbFace if filled else None, alpha)
            box = path.get_extents(transform)
            self.parts.append(f'<path d="{d}" style="{style}"{self._clip(gc, box)}/>')

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        filled = rgbFace is not None and not (len(rgbFace) == 4 and rgbFace[3] == 0)
        alpha = gc.get_alpha() if gc.get_forced_alpha() else None
        style = self._style(gc, rgbFace if filled else None, alpha)
        shape = self._shape("path", f'd="{self._d(marker_path, marker_trans + Affine2D().scale(1, -1))}"')
        points = [
            (x, y)
            for vertices, _ in path.iter_segments(trans, simplify=False)
            for x, y in [vertices[-2:]]
            if np.isfinite([x, y]).all() and -20 < x < self.width + 20 and -20 < y < self.height + 20
        ]
        if points:
            uses = "".join(f'<use href="#{shape}" x="{number(x)}" y="{number(self.height - y)}"/>' for x, y in points)
            self.parts.append(
                f'<g style="{style}"{self._clip(gc, Bbox([np.min(points, axis=0), np.max(points, axis=0)]))}>{uses}</g>'
            )

    def draw_image(self, gc, x, y, im, transform=None):
        height, width = im.shape[:2]
        if transform is None:
            step = 1 / self.get_image_magnification()
            place = Affine2D().scale(step, step).translate(x, y) + self.flip
        else:
            place = Affine2D().scale(1 / width, 1 / height) + transform + Affine2D().translate(x, y) + self.flip
        matrix = " ".join(f"{value:.5g}" for value in place.get_matrix()[:2].T.ravel() + 0.0)
        box = Bbox([[0, 0], [width, height]]).transformed(place + self.flip)
        self.parts.append(
            f'<g{self._clip(gc, box)}><image width="{width}" height="{height}" transform="matrix({matrix})" '
            f'preserveAspectRatio="none" href="data:image/png;base64,{_png(im)}"/></g>'
        )

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        try:
            pieces = runs(s) if ismath else [(s, False, 0)]
        except ValueError:  # a command that `words` does not know: drawn as shapes
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        size, anchor = prop.get_size_in_points(), "start"
        if mtext and (angle == 0 or mtext.get_rotation_mode() == "anchor"):
            # Anchored where matplotlib anchors it, so that it stays centred in a face of another width.
            anchor = ANCHORS[mtext.get_horizontalalignment()]
            ax, ay = mtext.get_transform().transform(mtext.get_unitless_position())
            up = np.array([np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))])
            x, y = np.array([ax, self.height - ay]) + up * (up @ [x - ax, y - (self.height - ay)])
        attributes = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}"'
        if anchor != "start":
            attributes += f' text-anchor="{anchor}"'
        if angle:
            attributes += f' transform="rotate({number(-angle)} {number(x)} {number(y)})"'
        if str(prop.get_weight()) in ("bold", "700", "semibold", "600"):
            attributes += ' font-weight="600"'
        ink = colour(gc.get_rgb()[:3])
        # Text is never paler than what the page itself calls pale.
        ink = f"var(--g{min(int(ink[7:-1]), 3)})" if ink.startswith("var(--g") else ink
        inside, raised = "", 0.0
        for text, italic, shift in pieces:
            line, own = shift * ASIDE * size, ""
            if line != raised:
                own += f' dy="{number(raised - line)}"'
                raised = line
            own += f' font-size="{number(SMALL * size)}"' if shift else ""
            own += ' font-style="italic"' if italic else ""
            inside += f"<tspan{own}>{escape(text, quote=False)}</tspan>" if own else escape(text, quote=False)
        self.parts.append(f'<text {attributes} style="fill:{ink}">{inside}</text>')

    # How it is written.

    def _d(self, path, transform, clip=None) -> str:
        found, last, digits = [], None, 2
        if len(path) > LONG / 5:  # what wiggles within a fifth of a point is the line's own width
            path.simplify_threshold, digits = 0.2, 1
        for vertices, code in path.iter_segments(transform, clip=clip, curves=True, simplify=path.should_simplify):
            if code == Path.CLOSEPOLY:
                found.append("Z")
            elif code in COMMANDS:
                command = COMMANDS[code]
                found.append(("" if command == last else command) + " ".join(number(v, digits) for v in vertices))
            last = COMMANDS.get(code)
        if not any(piece[0] != "M" for piece in found):
            return ""
        return " ".join(found).replace(" -", "-").replace("Z M", "ZM")

    def _style(self, gc, face, alpha) -> str:
        """Fill and stroke; what is set in the page's style sheet already is left out."""
        style = []
        if face is not None:
            style.append(f"fill:{colour(face[:3])}")
            opacity = alpha if alpha is not None else face[3] if len(face) == 4 else 1
            style += [f"fill-opacity:{number(opacity)}"] if opacity < 1 else []
        if gc.get_linewidth() > 0 and gc.get_rgb()[3] > 0:
            style.append(f"stroke:{colour(gc.get_rgb()[:3])}")
            style += [f"stroke-width:{number(gc.get_linewidth())}"] if gc.get_linewidth() != 1 else []
            offset, dashes = gc.get_dashes()
            if dashes is not None and len(dashes):
                style.append("stroke-dasharray:" + " ".join(map(number, dashes)))
                style += [f"stroke-dashoffset:{number(offset)}"] if offset else []
            style += [f"stroke-linecap:{cap}"] if (cap := _cap(gc)) != "butt" else []
            opacity = alpha if alpha is not None else gc.get_rgb()[3]
            style += [f"stroke-opacity:{number(opacity)}"] if opacity < 1 else []
        return ";".join(style)

    def _clip(self, gc, box) -> str:
        """The clipping of a thing, if any of it would be seen outside."""
        rectangle = gc.get_clip_rectangle()
        if rectangle is None:
            return ""
        within = rectangle.padded(0.5)
        if within.x0 <= box.x0 and box.x1 <= within.x1 and within.y0 <= box.y0 and box.y1 <= within.y1:
            return ""
        x, y, width, height = rectangle.bounds
        sides = (x, self.height - y - height, width, height)
        said = " ".join(f'{k}="{number(v)}"' for k, v in zip(("x", "y", "width", "height"), sides, strict=True))
        return f' clip-path="url(#{self._shape("clipPath", f"<rect {said}/>")})"'

    def _shape(self, kind: str, inside: str) -> str:
        return self.shapes.setdefault((kind, inside), f"@@{len(self.shapes)}")

    def inside(self) -> str:
        """All that stands between the tags of the SVG."""
        shapes = [
            f'<path id="{name}" {inside}/>' if kind == "path" else f'<{kind} id="{name}">{inside}</{kind}>'
            for (kind, inside), name in self.shapes.items()
        ]
        return (f"<defs>{''.join(shapes)}</defs>" if shapes else "") + "".join(self.parts)


def _envelope(vertices, step: float = 0.7):
    """Of a long line that runs from left to right the highest and the lowest point in each `step`: all one can see."""
    x, y = vertices.T
    if not np.isfinite(vertices).all() or (np.diff(x) < 0).any():
        return vertices
    keep, edges = [0, len(x) - 1], np.flatnonzero(np.diff(np.floor(x / step))) + 1
    for place in np.split(np.arange(len(x)), edges):
        keep += [place[y[place].argmin()], place[y[place].argmax()]]
    return vertices[np.unique(keep)]


def _cap(gc) -> str:
    return {"projecting": "square"}.get(gc.get_capstyle(), gc.get_capstyle())


def _png(im) -> str:
    """An image as PNG in base 64; with few colours as a palette, which is exact and small."""
    flat = np.ascontiguousarray(im).reshape(-1, im.shape[2])
    colours, where = np.unique(flat, axis=0, return_inverse=True)
    if len(colours) <= 256 and (colours[:, 3] == 255).all():
        image = Image.fromarray(where.reshape(im.shape[:2]).astype(np.uint8))
        image.putpalette(colours[:, :3].astype(np.uint8).tobytes())
    else:
        image = Image.fromarray(im)
    file = io.BytesIO()
    bits = {"bits": max(1, int(np.ceil(np.log2(max(len(colours), 2)))))} if image.mode == "P" else {}
    image.save(file, format="png", optimize=True, **bits)
    return base64.b64encode(file.getvalue()).decode("ascii")


def draw(figure) -> str:
    """Draw a figure, at 72 pixels an inch, as the inside of an SVG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Is laid out and changed: hand over a copy.

    Returns
    -------
    str
        To be put between ``<svg viewBox="0 0 width height">``, in points, and ``</svg>``.
    """
    FigureCanvasAgg(figure)
    figure.set_dpi(72)
    figure.patch.set_visible(False)
    for axes in figure.axes:
        if np.allclose(axes.get_facecolor()[:3], 1):
            axes.patch.set_visible(False)
        for image in axes.images:
            if image.get_interpolation() == "nearest":
                image.set_interpolation("none")  # the browser enlarges it, without a blur
    figure.draw_without_rendering()
    drawing = Drawing(*(figure.get_size_inches() * 72))
    figure.draw(drawing)
    return drawing.inside()
