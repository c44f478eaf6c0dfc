"""The memory of a session's numpy arrays. Arrays that overlap are stored as one region, so that they overlap in the next step too."""

import bisect
import ctypes

# For regions that begin in the middle of an array, so that its elements remain aligned.
_ALIGNMENT = 64


class Region:
    """The bytes from `low` to before `high`; `alone` is set if it has only one array, which is written without gaps."""

    def __init__(self, root, arrays, low, high, alone=None):
        self.root, self.arrays = root, arrays
        self.low, self.high, self.alone = low, high, alone

    @property
    def size(self):
        return self.alone.nbytes if self.alone is not None else self.high - self.low

    def view(self):
        """The bytes themselves, not a copy; valid as long as the arrays are."""
        if self.alone is not None:
            return memoryview(self.alone.tobytes())
        # By address: independent of the owner of the memory, and of the order of the arrays' dimensions.
        return memoryview((ctypes.c_ubyte * (self.high - self.low)).from_address(self.low)).cast("B")


class Root:
    """The owner of memory: an array, or any other object on which arrays were created."""

    def __init__(self, number, owner, origin):
        self.number, self.owner, self.origin = number, owner, origin
        self.arrays = []

    def regions(self):
        """In order of address, without overlaps."""
        spans = sorted(((*_span_of(array), array) for array in self.arrays), key=lambda span: span[:2])
        merged = []
        for low, high, array in spans:
            if merged and low < merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], high)
                merged[-1][2].append(array)
            else:
                merged.append([low, high, [array]])
        return [self._to_region(*it) for it in merged]

    def _to_region(self, low, high, arrays):
        if len(arrays) == 1 and arrays[0].nbytes * 2 <= high - low:
            return Region(self, arrays, low, high, arrays[0])
        aligned = self.origin + (low - self.origin) // _ALIGNMENT * _ALIGNMENT
        # For memory that another library owns, only the part that the arrays cover is known.
        return Region(self, arrays, low if aligned < self.origin else aligned, high)


class Regions:
    """Collects arrays while a session is pickled, each once."""

    def __init__(self):
        self.roots = []
        self._by_owner = {}

    def place(self, array, shares):
        """Returns the number of the array's root, and the offset of the array's lowest byte in it."""
        low, _ = _span_of(array)
        owner = _owner_of(array) if shares else array
        root = self._by_owner.get(id(owner)) if shares else None
        if root is None:
            root = Root(len(self.roots), owner, _origin_of(owner, low))
            self.roots.append(root)
            if shares:
                self._by_owner[id(owner)] = root
        root.arrays.append(array)
        return root.number, low - root.origin


class PlacedRegions:
    """The positions of the regions of one root in a session that is read: `(start, size, place, is_alone)`, sorted by `start`."""

    def __init__(self, regions):
        self._regions = regions
        self._starts = [start for start, *_ in regions]

    def find(self, offset):
        return self._regions[bisect.bisect_right(self._starts, offset) - 1]


def _owner_of(array):
    owner = array
    while True:
        below = owner.obj if isinstance(owner, memoryview) else getattr(owner, "base", None) if _is_array(owner) else None
        if below is None:
            return owner
        owner = below


def _origin_of(owner, low):
    if _is_array(owner):
        return _span_of(owner)[0]
    return getattr(owner, "address", low)


def _is_array(value):
    import numpy

    return isinstance(value, numpy.ndarray)


def _span_of(array):
    """The addresses of the lowest byte and of the one after the highest."""
    low = high = array.__array_interface__["data"][0]
    for count, stride in zip(array.shape, array.strides):
        if stride < 0:
            low += (count - 1) * stride
        else:
            high += (count - 1) * stride
    return low, high + array.itemsize
