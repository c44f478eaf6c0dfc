"""Deep size of an object in memory."""

import collections
import sys
import types

_ATOMS = (int, float, complex, bool, str, bytes, bytearray, type(None))
_PLAIN = frozenset(_ATOMS)
_CHUNK = 50_000
_SEQUENCES = (list, tuple, set, frozenset, collections.deque)
# Shared by the whole program, so they are nobody's size.
_SHARED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.CodeType)


def deep_size(value, limit=None):
    """Bytes of the object and all it holds, each counted once. Stops counting soon after `limit`."""
    total = 0
    seen = set()
    queue = [value]
    while queue:
        if limit is not None and total > limit:
            return total
        item = queue.pop()
        if id(item) in seen or isinstance(item, _SHARED):
            continue
        seen.add(id(item))
        total += _own_size(item)
        if isinstance(item, _ATOMS):
            continue
        parts = _parts(item)
        for start in range(0, len(parts), _CHUNK):
            total += _add(parts[start : start + _CHUNK], seen, queue)
            if limit is not None and total > limit:
                return total
    return total


def _add(parts, seen, queue):
    """Queues the parts, but measures plain values at once: millions of numbers in a list are usual."""
    if not _PLAIN.issuperset(map(type, parts)):
        queue.extend(parts)
        return 0
    sizes = dict(zip(map(id, parts), map(sys.getsizeof, parts)))
    for known in sizes.keys() & seen:
        del sizes[known]
    seen.update(sizes)
    return sum(sizes.values())


def _own_size(item):
    try:
        size = sys.getsizeof(item, 0)
        # numpy's views and pandas' frames hold more than they admit.
        held = getattr(item, "nbytes", None) if type(item).__module__.startswith(("numpy", "pandas")) else None
    except Exception:
        return 0
    return max(size, held) if isinstance(held, int) else size


def _parts(item):
    try:
        if isinstance(item, dict):
            return [*item.keys(), *item.values()]
        if isinstance(item, _SEQUENCES):
            return list(item)
        if type(item).__module__.startswith(("numpy", "pandas")):
            return []
        parts = list(getattr(item, "__dict__", {}).values())
        for kind in type(item).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else slots:
                if hasattr(item, slot):
                    parts.append(getattr(item, slot))
        return parts
    except Exception:
        return []
