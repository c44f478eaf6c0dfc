"""The text of a value in a notebook: its `repr`, with containers that are too wide split into lines."""

import collections
import inspect
import types

_WIDTH = 79
_MAX_ITEMS = 1000
_MAX_CHARACTERS = 1 << 20


def pretty(value):
    """At most a megabyte. Raises any error that the value's own `__repr__` raises."""
    text = _Layout().render(_Document().of(value))
    if len(text) <= _MAX_CHARACTERS:
        return text
    return "%s\n... %d more characters are left out" % (text[:_MAX_CHARACTERS], len(text) - _MAX_CHARACTERS)


class _Group:
    """Parts that are on one line or, if they do not fit, each on its own line."""

    def __init__(self, indent, parts):
        self.indent, self.parts = indent, parts


class _Break:
    """A blank, or a line break."""

    def __init__(self, flat=" "):
        self.flat = flat


class _Document:
    def __init__(self):
        self._inside = set()

    def of(self, value):
        kind = type(value)
        if id(value) in self._inside:
            return _RECURSIVE.get(kind, "...")
        self._inside.add(id(value))
        try:
            own = getattr(kind, "_repr_pretty_", None)
            if callable(own):
                return _Printer(self).collect(value, own)
            return self._parts_of(value, kind)
        finally:
            self._inside.discard(id(value))

    def _parts_of(self, value, kind):
        build = _BUILDERS.get(kind)
        if build is not None and kind.__repr__ is _REPRS.get(kind, kind.__repr__):
            return build(self, value)
        if issubclass(kind, type):
            return _class_name(value)
        if isinstance(value, types.FunctionType):
            return _function_text(value)
        if kind.__repr__ is object.__repr__:
            return "<%s at %#x>" % (_class_name(kind), id(value))
        return repr(value)

    def sequence(self, opening, items, closing, after_single=""):
        parts = []
        for count, item in enumerate(items):
            if count:
                parts += [",", _Break()]
            if count == _MAX_ITEMS:
                parts.append("...")
                break
            parts.append(self.of(item))
        if len(parts) == 1:
            parts.append(after_single)
        return _Group(len(opening), [opening, *parts, closing])

    def mapping(self, opening, items, closing):
        parts = []
        for count, (key, value) in enumerate(items):
            if count:
                parts += [",", _Break()]
            if count == _MAX_ITEMS:
                parts.append("...")
                break
            parts += [self.of(key), ": ", self.of(value)]
        return _Group(len(opening), [opening, *parts, closing])

    def call(self, name, *arguments):
        parts = []
        for argument in arguments:
            parts += [argument] if not parts else [",", _Break(), argument]
        return _Group(len(name) + 1, [name + "(", *parts, ")"])


class _Layout:
    def render(self, document):
        self._out, self._column = [], 0
        # The text after a group on the same line must fit as well.
        self._rest = []
        self._write(document, 0, is_flat=False)
        return "".join(self._out)

    def _write(self, part, indent, is_flat):
        if isinstance(part, str):
            self._text(part)
        elif isinstance(part, _Break):
            if is_flat:
                self._text(part.flat)
            else:
                self._out.append("\n" + " " * indent)
                self._column = indent
        else:
            flat = is_flat or self._fits(part)
            inner = self._column + part.indent
            self._rest.append(part)
            for at, child in enumerate(part.parts):
                self._rest[-1] = part.parts[at + 1 :] if isinstance(child, _Group) else ()
                self._write(child, inner, flat)
            self._rest.pop()

    def _text(self, text):
        self._out.append(text)
        before, newline, last = text.rpartition("\n")
        self._column = len(last) if newline else self._column + len(text)

    def _fits(self, group):
        left = _WIDTH - self._column
        for part in _flatten(group):
            text = part.flat if isinstance(part, _Break) else part
            left -= len(text)
            if left < 0 or "\n" in text:
                return False
        for rest in reversed(self._rest):
            for part in rest:
                if isinstance(part, _Break):
                    return left >= 0
                if isinstance(part, _Group):
                    return left >= 0
                left -= len(part)
        return left >= 0


def _flatten(part):
    if not isinstance(part, _Group):
        yield part
        return
    for child in part.parts:
        yield from _flatten(child)


class _Printer:
    """The argument of `_repr_pretty_`, with the methods that such implementations use."""

    max_width = _WIDTH
    verbose = False

    def __init__(self, document):
        self._document = document
        self._groups = [_Group(0, [])]

    def collect(self, value, method):
        method(value, self, False)
        return self._groups[0]

    @property
    def _parts(self):
        return self._groups[-1].parts

    def text(self, text):
        self._parts.append(str(text))

    def breakable(self, sep=" "):
        self._parts.append(_Break(sep))

    def break_(self):
        self._parts.append("\n" + " " * sum(group.indent for group in self._groups))

    def pretty(self, value):
        self._parts.append(self._document.of(value))

    def begin_group(self, indent=0, open=""):
        group = _Group(indent, [open] if open else [])
        self._parts.append(group)
        self._groups.append(group)

    def end_group(self, dedent=0, close=""):
        if close:
            self.text(close)
        if len(self._groups) > 1:
            self._groups.pop()

    def group(self, indent=0, open="", close=""):
        return _GroupContext(self, indent, open, close)

    def indent(self, indent):
        return _GroupContext(self, indent, "", "")


class _GroupContext:
    def __init__(self, printer, indent, opening, closing):
        self._printer, self._arguments, self._closing = printer, (indent, opening), closing

    def __enter__(self):
        self._printer.begin_group(*self._arguments)

    def __exit__(self, *_):
        self._printer.end_group(0, self._closing)


def _class_name(kind):
    name = getattr(kind, "__qualname__", kind.__name__)
    module = getattr(kind, "__module__", None)
    return name if module in (None, "builtins", "exceptions") else "%s.%s" % (module, name)


def _function_text(function):
    name = "%s.%s" % (function.__module__, function.__qualname__) if function.__module__ else function.__qualname__
    try:
        return "<function %s%s>" % (name, inspect.signature(function))
    except (TypeError, ValueError):
        return "<function %s>" % name


def _ordered(items):
    try:
        return sorted(items)
    except Exception:
        return list(items)


_RECURSIVE = {list: "[...]", dict: "{...}", set: "{...}", tuple: "(...)"}
_BUILDERS = {
    list: lambda it, value: it.sequence("[", value, "]"),
    tuple: lambda it, value: it.sequence("(", value, ")", ","),
    set: lambda it, value: it.sequence("{", _ordered(value), "}") if value else "set()",
    frozenset: lambda it, value: it.call("frozenset", *([it.sequence("{", _ordered(value), "}")] if value else [])),
    dict: lambda it, value: it.mapping("{", value.items(), "}"),
    collections.defaultdict: lambda it, value: it.call(
        "defaultdict", it.of(value.default_factory), it.mapping("{", value.items(), "}")
    ),
    collections.Counter: lambda it, value: it.call("Counter", it.mapping("{", value.most_common(), "}")) if value else "Counter()",
    collections.OrderedDict: lambda it, value: it.call("OrderedDict", it.sequence("[", value.items(), "]")) if value else "OrderedDict()",
    collections.deque: lambda it, value: it.call("deque", it.sequence("[", value, "]"), *(["maxlen=%d" % value.maxlen] if value.maxlen is not None else [])),
}
_REPRS = {kind: kind.__repr__ for kind in _BUILDERS}
