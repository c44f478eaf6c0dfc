"""plotly: shows its figures as data and as HTML instead of opening a browser."""

from . import import_hooks, mime, publish


def install():
    mime.whole_bundles["plotly.basedatatypes.BaseFigure"] = _bundle
    import_hooks.after_import("plotly.io._renderers", _take_over)


def _bundle(figure):
    import json
    import os

    import plotly

    # The library that draws these figures, for a report that opens without a network.
    publish.current().asset("plotly.min.js", os.path.join(os.path.dirname(plotly.__file__), "package_data", "plotly.min.js"))
    return {
        "application/vnd.plotly.v1+json": json.loads(figure.to_json()),
        "text/html": figure.to_html(full_html=False, include_plotlyjs="cdn"),
        "text/plain": "%s with %d traces" % (type(figure).__name__, len(figure.data)),
    }


def _take_over(renderers):
    original = renderers.show

    def show(fig, renderer=None, validate=True, **options):
        if renderer is not None:
            return original(fig, renderer=renderer, validate=validate, **options)
        if isinstance(fig, dict):
            import plotly.graph_objects

            fig = plotly.graph_objects.Figure(fig)
        publish.display(fig)

    renderers.show = show
