"""`display()`, its handles, and `clear_output()`: what a cell shows in addition to what it prints."""

import builtins
import uuid

from . import mime


class Publisher:
    """Sends what is displayed to `channel`, or to the innermost active capture."""

    def __init__(self, channel):
        self._channel = channel
        self._captures = []
        self._assets = set()

    def asset(self, name, path):
        """Reports a file that is needed to show an output, once."""
        if name not in self._assets:
            self._assets.add(name)
            self._channel.event("asset", name=name, path=path)

    def display(self, data, metadata, display_id=None, is_update=False):
        if self._captures:
            self._captures[-1].append((data, metadata))
            return
        transient = {} if display_id is None else {"id": str(display_id)}
        self._channel.event("update" if is_update else "display", data=data, metadata=metadata, **transient)

    def result(self, count, data, metadata):
        if self._captures:
            self._captures[-1].append((data, metadata))
            return
        self._channel.event("result", count=count, data=data, metadata=metadata)

    def clear(self, wait=False):
        if self._captures:
            self._captures[-1].clear()
        else:
            self._channel.event("clear", wait=bool(wait))

    def capture(self):
        """Returns a list that receives what is displayed until `release`."""
        self._captures.append([])
        return self._captures[-1]

    def release(self):
        self._captures.pop()


class DisplayHandle:
    """The object that `display(..., display_id=True)` returns: replaces what is shown in its place."""

    def __init__(self, display_id=None):
        self.display_id = display_id if display_id is not None else uuid.uuid4().hex

    def __repr__(self):
        return "<DisplayHandle display_id=%s>" % self.display_id

    def display(self, obj, **options):
        display(obj, display_id=self.display_id, **options)

    def update(self, obj, **options):
        update_display(obj, display_id=self.display_id, **options)


_publisher = None


def use(publisher):
    global _publisher
    _publisher = publisher


def install():
    builtins.display = display


def current():
    return _publisher


def display(*objs, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False, **options):
    """Shows objects, each with all its representations."""
    handle = None
    is_update = options.pop("update", False)
    if transient and display_id is None:
        display_id = transient.get("display_id")
    if display_id is True:
        display_id = uuid.uuid4().hex
    if display_id is not None:
        handle = DisplayHandle(display_id)
    if clear:
        clear_output(wait=True)
    for obj in objs:
        if raw:
            data, about = mime.select(dict(obj), {}, include, exclude)
        else:
            if display_itself(obj):
                continue
            data, about = mime.bundle_of(obj, include, exclude)
        if data:
            _publisher.display(data, {**about, **(metadata or {})}, display_id, is_update)
    return handle


def display_itself(obj):
    """Uses the object's own way to display itself, if it has one. Returns whether it did."""
    own = None if isinstance(obj, type) else getattr(type(obj), "_ipython_display_", None)
    if not callable(own) or mime.find(mime.whole_bundles, type(obj)) is not None:
        return False
    try:
        own(obj)
        return True
    except NotImplementedError:
        return False


def update_display(obj, *, display_id, **options):
    display(obj, display_id=display_id, update=True, **options)


def publish_display_data(data, metadata=None, *, transient=None, **options):
    """Like IPython's: for representations that already exist."""
    display_id = (transient or {}).get("display_id")
    forms, about = mime.select(dict(data), dict(metadata or {}))
    if forms:
        _publisher.display(forms, about, display_id, bool(options.get("update")))


def clear_output(wait=False):
    _publisher.clear(wait)


def display_as(kind, data, metadata=None):
    """IPython's `display_html`, `display_png` … with `raw=True`."""
    publish_display_data({kind: data}, {kind: metadata} if metadata else {})
