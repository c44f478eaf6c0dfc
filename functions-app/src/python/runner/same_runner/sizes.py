"""Deep size of an object in memory."""

import collections
import sys
import time
import types

_ATOMS = (int, float, complex, bool, str, bytes, bytearray, type(None))
# By identity: a metaclass may have made its classes unhashable.
_PLAIN = frozenset(map(id, _ATOMS))
_CHUNK = 50_000
_BUILT_IN = _PLAIN | set(map(id, (dict, list, tuple, set, frozenset)))
_SEQUENCES = (list, tuple, set, frozenset, collections.deque)
# Shared by the whole program, so their size is attributed to no variable.
_SHARED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.CodeType)


# Counting must not delay a step for long, in particular for objects that create new parts when they are read (a mock).
_WITHIN_S = 3.0


def text_of(size):
    """The size for people: `1.2 GB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return "%d bytes" % size if unit == "bytes" else "%.1f %s" % (size, unit)
        size /= 1000


def deep_size(value, limit=None):
    """The bytes of the object and everything in it, each object counted once. Stops soon after `limit`, and when it takes too long."""
    total = 0
    deadline = time.monotonic() + _WITHIN_S
    seen = set()
    queue = [value]
    while queue:
        if limit is not None and total > limit:
            return total
        item = queue.pop()
        # The type is used, because an object may return anything for its `__class__`, or raise.
        kind = type(item)
        if id(item) in seen or issubclass(kind, _SHARED):
            continue
        seen.add(id(item))
        total += _own_size(item)
        if issubclass(kind, _ATOMS):
            continue
        if time.monotonic() > deadline:
            return total
        parts = _parts(item)
        for start in range(0, len(parts), _CHUNK):
            total += _add(parts[start : start + _CHUNK], seen, queue)
            if limit is not None and total > limit:
                return total
    return total


def _add(parts, seen, queue):
    """Queues the parts, but measures plain values at once: lists of millions of numbers are common."""
    if not all(map(_PLAIN.__contains__, map(id, map(type, parts)))):
        queue.extend(parts)
        return 0
    sizes = dict(zip(map(id, parts), map(sys.getsizeof, parts)))
    for known in sizes.keys() & seen:
        del sizes[known]
    seen.update(sizes)
    return sum(sizes.values())


def _own_size(item):
    if id(type(item)) in _BUILT_IN:
        return sys.getsizeof(item)
    try:
        if not _is_trusted(item) and isinstance(type(item).__sizeof__, types.FunctionType):
            return object.__sizeof__(item)
        size = sys.getsizeof(item, 0)
        # numpy's views and pandas' frames hold more memory than they report.
        held = getattr(item, "nbytes", None) if _is_trusted(item) else None
    except BaseException:  # The step's own classes may raise anything.
        return 0
    return max(size, held) if type(held) is int else size


def _is_trusted(item):
    module = getattr(type(item), "__module__", None)
    return isinstance(module, str) and module.startswith(("numpy", "pandas"))


def _parts(item):
    try:
        if issubclass(type(item), dict):
            return [*dict.keys(item), *dict.values(item)]
        for kind in _SEQUENCES:
            if issubclass(type(item), kind):
                # Without using the iteration of a subclass, which may be endless.
                return list(kind.__iter__(item))
        if _is_trusted(item):
            return []
        parts = list(getattr(item, "__dict__", {}).values())
        for kind in type(item).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else slots:
                if hasattr(item, slot):
                    parts.append(getattr(item, slot))
        return parts
    except BaseException:
        return []
