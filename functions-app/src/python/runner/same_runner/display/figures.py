"""matplotlib without a screen: figures are shown at the end of their cell or at `show()`, like with Jupyter's inline backend."""

import io
import sys

from . import import_hooks, mime, publish

_FIGURE = "matplotlib.figure.Figure"
_MIME_TYPES = {"png": "image/png", "retina": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "svg": "image/svg+xml", "pdf": "application/pdf"}


def install():
    set_formats(["png"])
    import_hooks.after_import("matplotlib.pyplot", _take_over)


# In a notebook, a figure is closed after it was shown; in a plain script, it can still be changed.
closes = True


def set_formats(formats):
    """Sets the formats, named as in `InlineBackend.figure_formats`. Returns the unknown ones."""
    for kind in set(_MIME_TYPES.values()):
        mime.registered[kind].pop(_FIGURE, None)
    for name in formats:
        if name in _MIME_TYPES:
            mime.registered[_MIME_TYPES[name]][_FIGURE] = lambda figure, name=name: render(figure, name)
    return [name for name in formats if name not in _MIME_TYPES]


def show_open():
    """Shows all open figures; in a notebook, also closes them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or not pyplot.get_fignums():
        return
    try:
        for number in pyplot.get_fignums():
            figure = pyplot.figure(number)
            if figure.axes or figure.lines or figure.texts or figure.images:
                publish.display(figure)
    finally:
        if closes:
            pyplot.close("all")


def render(figure, name):
    """Returns the figure as bytes or text; for a retina image, also its size."""
    kind = "png" if name == "retina" else name
    dpi = figure.dpi * (2 if name == "retina" else 1)
    target = io.BytesIO()
    figure.canvas.print_figure(
        target,
        format=kind,
        dpi=dpi,
        facecolor=figure.get_facecolor(),
        edgecolor=figure.get_edgecolor(),
        bbox_inches="tight",
    )
    content = target.getvalue()
    if kind == "svg":
        return content.decode("utf-8")
    if name == "retina":
        width, height = (int.from_bytes(content[at : at + 4], "big") // 2 for at in (16, 20))
        return content, {"width": width, "height": height}
    return content


def _take_over(pyplot):
    def show(*args, **options):
        """Shows all open figures."""
        show_open()

    pyplot.show = show
