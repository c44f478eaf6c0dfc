"""The representations of a value in a notebook: a MIME bundle from the methods of the object (`_repr_html_` and so on)."""

import base64
import json
import sys

from .pretty import pretty

_METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "application/pdf": "_repr_pdf_",
    "image/jpeg": "_repr_jpeg_",
    "text/latex": "_repr_latex_",
    "application/json": "_repr_json_",
    "application/javascript": "_repr_javascript_",
}
_BINARY = {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}
# They need a running kernel, so only their text representation is kept.
_LIVE = {"application/vnd.jupyter.widget-view+json"}

# By MIME type, then by class or its full name: functions registered in `get_ipython().display_formatter` or by our own extensions.
registered = {mime: {} for mime in ("text/plain", *_METHODS)}
# By full name of a class: functions that return all representations.
whole_bundles = {}


def bundle_of(value, include=None, exclude=None):
    """Returns `(data, metadata)`; a representation that fails is omitted, with a line on stderr."""
    data, metadata = {}, {}
    is_class = isinstance(value, type)
    whole = find(whole_bundles, type(value))
    if whole is not None:
        data.update(_guarded("display", lambda: whole(value)) or {})
    elif not is_class:
        _add_own_bundle(value, data, metadata, include, exclude)
    for mime, name in _METHODS.items():
        if mime not in data and not is_class and whole is None:
            _add(data, metadata, mime, _form_of(value, mime, name))
    if "text/plain" not in data:
        data["text/plain"] = _text_of(value)
    return select(data, metadata, include, exclude)


def select(data, metadata, include=None, exclude=None):
    kept = {
        mime: form
        for mime, form in data.items()
        if (not include or mime in include) and (not exclude or mime not in exclude) and mime not in _LIVE
    }
    return as_json(kept), {key: value for key, value in metadata.items() if key in kept or key not in data}


def as_json(data):
    """The data in notebook format: bytes in base64, JSON unchanged, everything else as text."""
    return {mime: _encode(mime, form) for mime, form in data.items() if form is not None}


def _encode(mime, form):
    if isinstance(form, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(form)).decode("ascii")
    if mime.endswith("json"):
        try:
            return json.loads(json.dumps(form, default=str))
        except (TypeError, ValueError):
            return str(form)
    return form if isinstance(form, str) else str(form)


def _add_own_bundle(value, data, metadata, include, exclude):
    method = _method(value, "_repr_mimebundle_")
    if method is None:
        return
    made = _guarded("_repr_mimebundle_", lambda: method(include=include, exclude=exclude))
    own, about = made if isinstance(made, tuple) and len(made) == 2 else (made, {})
    if isinstance(own, dict):
        data.update(own)
        metadata.update(about or {})


def _form_of(value, mime, name):
    function = find_registered(mime, type(value))
    if function is not None:
        return _guarded(mime, lambda: function(value))
    method = _method(value, name)
    return None if method is None else _guarded(name, method)


def find_registered(mime, kind):
    return find(registered.get(mime), kind)


def find(known, kind):
    """The function registered for a class or its nearest base class."""
    if known:
        for base in kind.__mro__:
            for key in (base, "%s.%s" % (base.__module__, base.__qualname__)):
                if key in known:
                    return known[key]
    return None


def _method(value, name):
    """Also returns None for objects that have every attribute, such as mocks and some proxies."""
    try:
        if not hasattr(type(value), name) and name not in getattr(value, "__dict__", ()):
            return None
        method = getattr(value, name)
    except BaseException as error:
        return _rethrow_interrupt(error)
    return method if callable(method) else None


def _add(data, metadata, mime, form):
    if isinstance(form, tuple) and len(form) == 2 and isinstance(form[1], dict):
        form, about = form
        if about:
            metadata[mime] = about
    if form is not None:
        data[mime] = form


def _text_of(value):
    function = find_registered("text/plain", type(value))
    if function is not None:
        made = _guarded("text/plain", lambda: function(value))
        if isinstance(made, str):
            return made
    text = _guarded("__repr__", lambda: pretty(value))
    return "<%s: its text cannot be shown>" % type(value).__name__ if text is None else text


def _guarded(name, make):
    try:
        return make()
    except NotImplementedError:
        return None
    except BaseException as error:
        _rethrow_interrupt(error)
        import traceback

        print("%s failed:" % name, file=sys.stderr)
        # Without the runner's own frame.
        traceback.print_exception(type(error), error, error.__traceback__.tb_next, limit=-5)
        return None


def _rethrow_interrupt(error):
    if isinstance(error, KeyboardInterrupt):
        raise error
