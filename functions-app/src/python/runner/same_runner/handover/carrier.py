"""Keeps a session's large values out of its pickle: there stands only where they are. One carrier for one attempt to pickle a session."""

import copyreg
import pickle
import sys

from .regions import Regions

# Smaller values lie beside the pickle: a file for each would cost more than to write it again.
LARGE = 256 * 1024


class Carrier:
    """`loaded` is what the session before was read with: it knows values that cannot have changed."""

    def __init__(self, loaded=None):
        self.regions = Regions()
        self.values = []
        self.loaded = loaded
        self._private = 0

    def save_array(self, pickler, array):
        """False for an array that has to be pickled: it holds Python's objects."""
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
        """False for a value that is not large."""
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
        """One below the working directory: `place` has its class, and where it is below that."""
        _refer(pickler, ("path", *place), path)

    def save_private(self, pickler, value):
        """What holds memory and counts who shares it: it must not be made to share any that it does not know of."""
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
    """None for a plain array."""
    return None if type(array) is sys.modules["numpy"].ndarray else type(array)


def save_as_pickle_does(pickler, value):
    registered = copyreg.dispatch_table.get(type(value))
    reduced = value.__reduce_ex__(pickler.proto) if registered is None else registered(value)
    if isinstance(reduced, str):
        pickler.save_global(value, reduced)
    else:
        pickler.save_reduce(*reduced, obj=value)


def saver_of(kind):
    """The method of a carrier for objects of this type; None where they are pickled as ever."""
    if kind in (bytes, bytearray):
        return Carrier.save_bytes
    if kind is pickle.PickleBuffer:
        return Carrier.save_buffer
    # A file of the user's may have this name too.
    numpy = sys.modules.get("numpy")
    if kind in [getattr(numpy, name, None) for name in ("ndarray", "recarray", "matrix")]:
        return Carrier.save_array
    if kind is getattr(getattr(numpy, "ma", None), "MaskedArray", None):
        return Carrier.save_masked
    return None


def is_private(kind):
    """pandas copies what two frames share once one of them is written to: it would not know of memory shared by reading a session."""
    module = getattr(kind, "__module__", None)
    return isinstance(module, str) and (module == "pandas" or module.startswith("pandas."))
