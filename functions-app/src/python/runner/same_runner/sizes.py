"""Deep size of an object in memory."""

import collections
import sys
import types

_ATOMS = (int, float, complex, bool, str, bytes, bytearray, type(None))
_SEQUENCES = (list, tuple, set, frozenset, collections.deque)
# Shared by the whole program, so they are nobody's size.
_SHARED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.CodeType)


def deep_size(value, limit=None):
    """Bytes of the object and all it holds, each counted once. Stops counting soon after `limit`."""
    total = 0
    seen = set()
    queue = [value]
    while queue:
        item = queue.pop()
        if id(item) in seen or isinstance(item, _SHARED):
            continue
        seen.add(id(item))
        total += _own_size(item)
        if limit is not None and total > limit:
            return total
        if not isinstance(item, _ATOMS):
            queue.extend(_parts(item))
    return total


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
