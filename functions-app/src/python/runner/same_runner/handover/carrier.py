"""Moves a session's large values out of its pickle, which then only contains their location. A carrier is used for one pickling attempt."""

import copyreg
import pickle
import sys

from .regions import Regions

# Smaller values are stored next to the pickle: a separate file would cost more than writing them again.
LARGE = 256 * 1024


class Carrier:
    """`loaded` is the result of reading the previous session: it knows the values that cannot have changed."""

    def __init__(self, loaded=None):
        self.regions = Regions()
        self.values = []
        self.loaded = loaded
        self._private = 0

    def save_array(self, pickler, array):
        """Returns False for an array that must be pickled because it contains Python objects."""
        if array.dtype.hasobject or array.dtype.itemsize == 0:
            return False
        shape, strides = array.shape, array.strides
        if array.size == 0:
            where, strides = None, None
        else:
            where = self.regions.place(array, shares=self._private == 0)
            strides = None if array.flags.c_contiguous else strides
        _refer(pickler, ("array", where, array.dtype, shape, strides, array.flags.writeable, _class_of(array)), array)
        return True

    def save_masked(self, pickler, array):
        if type(array._data) is not sys.modules["numpy"].ndarray or array.dtype.hasobject:
            return False
        _refer(pickler, ("masked", array._data, array._mask, array._fill_value, array._hardmask), array)
        return True

    def save_bytes(self, pickler, value):
        """Returns False for a value that is not large."""
        if len(value) < LARGE:
            return False
        _refer(pickler, (type(value).__name__, self._add(value, memoryview(value))), value)
        return True

    def save_buffer(self, pickler, buffer):
        view = buffer.raw()
        if view.nbytes < LARGE:
            return False
        _refer(pickler, ("buffer", self._add(buffer, view), view.readonly), buffer)
        return True

    def save_file(self, pickler, described, file):
        _refer(pickler, ("file", described), file)

    def save_path(self, pickler, place, path):
        """Saves a path below the working directory: `place` contains its class, and its position below that directory."""
        _refer(pickler, ("path", *place), path)

    def save_private(self, pickler, value):
        """Saves an object that has memory and tracks who shares it: it must not share memory that it does not know about."""
        self._private += 1
        try:
            save_as_pickle_does(pickler, value)
        finally:
            self._private -= 1

    def _add(self, value, view):
        self.values.append((value, view))
        return len(self.values) - 1


def _refer(pickler, reference, value):
    pickler.save_pers(reference)
    pickler.memoize(value)


def _class_of(array):
    """Returns None for a plain array."""
    return None if type(array) is sys.modules["numpy"].ndarray else type(array)


def save_as_pickle_does(pickler, value):
    registered = copyreg.dispatch_table.get(type(value))
    reduced = value.__reduce_ex__(pickler.proto) if registered is None else registered(value)
    if isinstance(reduced, str):
        pickler.save_global(value, reduced)
    else:
        pickler.save_reduce(*reduced, obj=value)


def saver_of(kind):
    """The carrier's method for objects of this type; None if they are pickled as usual."""
    if kind in (bytes, bytearray):
        return Carrier.save_bytes
    if kind is pickle.PickleBuffer:
        return Carrier.save_buffer
    # The user may have a file with this name too.
    numpy = sys.modules.get("numpy")
    if kind in [getattr(numpy, name, None) for name in ("ndarray", "recarray", "matrix")]:
        return Carrier.save_array
    if kind is getattr(getattr(numpy, "ma", None), "MaskedArray", None):
        return Carrier.save_masked
    return None


def is_private(kind):
    """pandas copies data that two frames share when one of them is changed. It would not know about memory shared by reading a session."""
    module = getattr(kind, "__module__", None)
    return isinstance(module, str) and (module == "pandas" or module.startswith("pandas."))
