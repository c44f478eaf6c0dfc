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


# Counting is no reason to hold up a step for long, least of all what makes new parts as it is looked at (a mock).
_WITHIN_S = 3.0


def text_of(size):
    """As people read it: `1.2 GB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return "%d bytes" % size if unit == "bytes" else "%.1f %s" % (size, unit)
        size /= 1000


def deep_size(value, limit=None):
    """Bytes of the object and all it holds, each counted once. Stops counting soon after `limit`, and when it takes too long."""
    total = 0
    deadline = time.monotonic() + _WITHIN_S
    seen = set()
    queue = [value]
    while queue:
        if limit is not None and total > limit:
            return total
        item = queue.pop()
        # Asked of the type: an object may answer anything for its `__class__`, or raise.
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
    """Queues the parts, but measures plain values at once: millions of numbers in a list are usual."""
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
        # numpy's views and pandas' frames hold more than they admit.
        held = getattr(item, "nbytes", None) if _is_trusted(item) else None
    except BaseException:  # Whatever the step's own classes raise.
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
                # Not as a subclass iterates, which may be without end.
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
