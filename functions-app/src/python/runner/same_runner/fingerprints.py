"""Detects whether a variable still has the value that it had after the previous step. A session contains a fingerprint of each of its
variables, created when it is written; the next one is compared with it. This runs no code of the notebook, and hardly reads data that
is not read anyway.

Equal fingerprints prove that nothing changed. Different ones prove a change only if the bytes depend on nothing but the value. This is not
the case for a pandas frame, which may rearrange its memory when it is merely read; for a frame, a sample of the values may prove it.
"""

import copyreg
import hashlib
import io
import pathlib
import pickle
import sys
import types
import warnings

from .handover import parts
from .handover.carrier import LARGE
from .state import process

# C's pickler writes this much in some milliseconds; dill's, which wrote it before, takes a hundred times as long.
_MAX_OF_ONE = 1 << 20
_MAX_OF_ALL = 4 << 20
_MAX_SAMPLE = 64
_DIGEST_BYTES = 12
# What a difference between two fingerprints proves: nothing; a change, if the layouts are equal; a change.
_NOTHING, _CONTENTS, _ALL = range(3)
_NOTEBOOK = ("__main__", "__sameproject_user_code__")
_STANDARD = getattr(sys, "stdlib_module_names", frozenset(("builtins", "collections", "datetime", "decimal", "enum", "fractions", "pathlib")))
_TRUSTED = ("numpy", "pandas", "pyarrow")
# By identity: a metaclass may define how its classes are compared and hashed.
_PLAIN = frozenset(map(id, (type(None), bool, int, float, complex, str, list, tuple, dict)))
_SETS, _BYTES = frozenset(map(id, (set, frozenset))), frozenset(map(id, (bytes, bytearray)))
_HOOKS = ("__reduce_ex__", "__reduce__", "__getstate__", "__getnewargs_ex__", "__getnewargs__", "__getattr__", "__getattribute__")
_HOOKS_OF_CONTAINERS = ("__iter__", "items")


class Fingerprints:
    """`parts` returns the file, and the region of memory, of data outside the pickle, by the object's id. None: everything is in the pickle."""

    def __init__(self, parts=None):
        self._parts = parts
        self._left = _MAX_OF_ALL
        self._verdicts = {}

    def of(self, value):
        """The fingerprint for `has_changed`."""
        kind = type(value)
        # In another working directory, it counts as the same path.
        whole = self._print(process.portable(value) if kind is str else value)
        probe = None if whole is not None and whole.proves == _ALL else self._probe(value)
        layout, contents, proves = (None, None, _NOTHING) if whole is None else whole.digests()
        return ("%s.%s" % (kind.__module__, kind.__qualname__), layout, contents, proves, probe)

    def _print(self, value):
        printed = _Print(self._parts, min(self._left, _MAX_OF_ONE), self._verdicts)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                printed.add(value)
            return printed
        except Exception:  # It cannot be pickled, is too large, or would run the notebook's code.
            return None
        finally:
            self._left -= printed.size

    def _probe(self, value):
        pandas = sys.modules.get("pandas")
        if not any(type(value) is getattr(pandas, name, None) for name in ("DataFrame", "Series")):
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                printed = self._print(_sample_of(value))
            return printed.digest() if printed is not None and printed.proves == _ALL else None
        except Exception:
            return None


def has_changed(before, after):
    """Returns None if it is unknown."""
    if before[0] != after[0]:
        return True
    _, layout, contents, proves, probe = after
    if layout is not None and (layout, contents) == before[1:3]:
        return False
    if min(proves, before[3]) == _ALL or (layout is not None and layout == before[1] and min(proves, before[3]) == _CONTENTS):
        return True
    return True if None not in (probe, before[4]) and probe != before[4] else None


class _Unknown(Exception):
    pass


class _Print:
    """Two hashes: of the structure of a value, and of the memory of its arrays."""

    def __init__(self, parts, limit, verdicts):
        self._parts, self._limit, self._verdicts = parts, limit, verdicts
        self._layout, self._contents = (hashlib.blake2b(digest_size=_DIGEST_BYTES) for _ in range(2))
        self._kinds = set()
        self.size = 0
        self.proves = _ALL

    def add(self, value):
        self._dump(value, self._layout)

    def digests(self):
        return self._layout.digest(), self._contents.digest(), self.proves

    def digest(self):
        return self._layout.digest() + self._contents.digest()

    def _dump(self, value, hashed):
        pickler = _Pickler(_Sink(self, hashed), protocol=5)
        # Only values matter, not which of them are the same object.
        pickler.fast = True
        pickler.replace = self._replace
        pickler.dump(value)

    def count(self, size):
        self.size += size
        if self.size > self._limit:
            raise _Unknown

    def _replace(self, value):
        """The replacement for an object that is not plain; None to keep it."""
        kind = type(value)
        if id(kind) in _SETS:
            return kind.__name__, sorted(self._bytes_of(item) for item in value)
        if id(kind) in _BYTES:
            return None if len(value) < LARGE else self._refer(value, len(value))
        if kind is pickle.PickleBuffer:
            return self._hash(value.raw())
        if issubclass(kind, pathlib.PurePath):
            return kind.__name__, process.portable(str(value))
        if issubclass(kind, (type, types.FunctionType)):
            return self._check_global(value)
        numpy = sys.modules.get("numpy")
        if any(kind is getattr(numpy, name, None) for name in ("ndarray", "recarray", "matrix")):
            return self._replace_array(value)
        self._check(kind)
        return None

    def _bytes_of(self, item):
        file = io.BytesIO()
        self._dump(item, _Hashed(file))
        return file.getvalue()

    def _check_global(self, value):
        """It is pickled as its name, which does not identify the notebook's object of that name."""
        if id(value) not in self._kinds and value.__module__ in _NOTEBOOK:
            raise _Unknown

    def _replace_array(self, array):
        made_up = type(array).__name__, array.dtype, array.shape
        if array.dtype.hasobject:
            self._dump(array.tolist(), self._contents)
            return made_up
        if array.nbytes < LARGE:
            self._hash(array.tobytes())
            return made_up
        region, part = self._part_of(array)
        self._contents.update(part.sha256.encode("ascii"))
        if region is None or (region.size == array.nbytes and (region.alone is not None or array.flags.c_contiguous)):
            return made_up
        # The region is larger than the array.
        self.proves = min(self.proves, _NOTHING)
        return (*made_up, array.strides, array.__array_interface__["data"][0] - region.low)

    def _refer(self, value, size):
        _, part = self._part_of(value)
        self._contents.update(part.sha256.encode("ascii"))
        return type(value).__name__, size

    def _part_of(self, value):
        """Also its region; None if the region belongs only to this value."""
        if self._parts is None:
            return None, parts.part_of(_bytes_of(value))
        if id(value) not in self._parts:
            raise _Unknown
        return self._parts[id(value)]

    def _hash(self, data):
        self.count(len(data))
        self._contents.update(data)
        return "memory", len(data)

    def _check(self, kind):
        verdict = self._verdicts.get(id(kind))
        if verdict is None:
            # With the class, so that no other class gets its id.
            verdict = self._verdicts[id(kind)] = kind, _judge(kind)
        if verdict[1] is None:
            raise _Unknown
        self.proves = min(self.proves, verdict[1])
        self._kinds.add(id(kind))


class _Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return None if id(type(value)) in _PLAIN else self.replace(value)


class _Sink:
    def __init__(self, printed, hashed):
        self._printed, self._hashed = printed, hashed

    def write(self, data):
        self._printed.count(len(data))
        self._hashed.update(data)
        return len(data)


class _Hashed:
    """Makes a hash usable as a file."""

    def __init__(self, file):
        self.update = file.write


def _judge(kind):
    """What differences prove for objects of this class; None if pickling one would run arbitrary code."""
    library = _library_of(kind)
    # A compiled function, such as those with which pandas creates its frames: it is pickled as its name.
    is_known = library in _STANDARD or library in _TRUSTED or library.startswith("_cython_")
    if not is_known and any(registered is kind for registered in copyreg.dispatch_table):
        return None
    if is_known:
        return _ALL if library in _STANDARD or issubclass(kind, _scalars()) else _CONTENTS
    hooks = (*_HOOKS, *_HOOKS_OF_CONTAINERS) if issubclass(kind, (list, dict)) else _HOOKS
    if not all(_is_harmless(kind, name) for name in hooks):
        return None
    return _ALL if kind.__module__ in _NOTEBOOK else _CONTENTS


def _is_harmless(kind, name):
    for base in kind.__mro__:
        if name in vars(base):
            found = vars(base)[name]
            # Enumerations and data classes get these methods from the standard library.
            source = found.__globals__.get("__name__", "") if isinstance(found, types.FunctionType) else ""
            return _library_of(base) in _STANDARD or source.partition(".")[0] in _STANDARD - {"__main__"}
    return True


def _bytes_of(value):
    if id(type(value)) in _BYTES:
        return value
    if not value.flags.c_contiguous:
        raise _Unknown
    return memoryview(value.reshape(-1).view("u1")).cast("B")


def _library_of(kind):
    module = getattr(kind, "__module__", None)
    return "" if not isinstance(module, str) or module in _NOTEBOOK else module.partition(".")[0]


def _scalars():
    numpy = sys.modules.get("numpy")
    return tuple(getattr(numpy, name) for name in ("generic", "dtype") if hasattr(numpy, name))


def _sample_of(frame):
    """The properties of a frame or a series that reading cannot change."""
    shape = frame.shape
    rows, *columns = (slice(None, None, max(1, -(-size // _MAX_SAMPLE))) for size in shape)
    if columns and columns[0].step > 1:
        frame = frame.iloc[:, columns[0]]
    parts = [(_plain(name), str(column.dtype), _plain(list(column.array[rows]))) for name, column in _columns_of(frame)]
    return type(frame).__name__, shape, _plain(list(frame.index[rows])), parts


def _columns_of(frame):
    return [(frame.name, frame)] if frame.ndim == 1 else frame.items()


def _plain(value):
    """Scalars of the libraries as text: their pickles may contain more than their value."""
    if type(value) is list:
        return [_plain(item) for item in value]
    return str(value) if _library_of(type(value)) in _TRUSTED else value
