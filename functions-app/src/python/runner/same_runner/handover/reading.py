"""Reads a session that `writing` wrote. Large values are mapped from their files, and read only when they are used."""

import base64
import io
import os
import pickle
import struct

from . import open_files
from .mapping import map_file
from .parts import Part, PartsFolder
from .regions import PlacedRegions


def open_session(description, folder):
    """Returns the pickle's file and its `Loaded`. Raises FileNotFoundError if a part is missing."""
    pickled = description["pickle"]
    if "base64" in pickled:
        file = io.BytesIO(base64.b64decode(pickled["base64"]))
    else:
        file = open(PartsFolder(folder).path_of(Part(pickled["sha256"], pickled["sizeBytes"])), "rb")
    file.seek(-8, os.SEEK_END)
    (place,) = struct.unpack("<Q", file.read(8))
    file.seek(place)
    table = pickle.load(file)
    return file, Loaded(table, file, PartsFolder(folder))


class Loaded:
    """The values to which a session's pickle refers."""

    def __init__(self, table, file, folder):
        self._file, self._folder = file, folder
        self._parts = [Part(*part) for part in table["parts"]]
        self._values = table["values"]
        # The fingerprints of the variables, to determine which have changed since.
        self.prints = table.get("prints", {})
        # The `sys.path` required for reading; None if it is unchanged.
        self.module_path = table.get("module_path")
        self._roots = [PlacedRegions(regions) for regions in table["roots"]]
        self._memory = {}
        self._unchanging = {}

    def get(self, reference):
        kind, *rest = reference
        return getattr(self, "_get_" + kind)(*rest)

    def part_of(self, value):
        """The part in the file of a value that cannot have changed since it was read; None for any other value."""
        known = self._unchanging.get(id(value))
        return known[1] if known is not None and known[0] is value else None

    def _get_array(self, where, dtype, shape, strides, writeable, kind):
        import numpy

        array = numpy.empty(shape, dtype) if where is None else self._array_at(numpy, where, dtype, shape, strides)
        if not writeable:
            array.flags.writeable = False
        return array if kind is None else array.view(kind)

    def _array_at(self, numpy, where, dtype, shape, strides):
        root, offset = where
        start, size, place, is_alone = self._roots[root].find(offset)
        memory = self._memory_of(root, start, size, place)
        if is_alone or strides is None:
            return numpy.ndarray(shape, dtype, memory, 0 if is_alone else offset - start)
        before = sum((count - 1) * stride for count, stride in zip(shape, strides) if stride < 0)
        return numpy.ndarray(shape, dtype, memory, offset - start - before, strides)

    def _get_masked(self, data, mask, fill_value, hard):
        from numpy import ma

        array = ma.MaskedArray(data, mask, copy=False, hard_mask=hard)
        array._fill_value = fill_value
        return array

    def _get_bytes(self, number):
        return self._keep(bytes(self._map(self._values[number])), self._values[number])

    def _get_bytearray(self, number):
        return bytearray(self._map(self._values[number]))

    def _get_file(self, described):
        return open_files.reopen(described)

    def _get_path(self, kind, place):
        return kind(os.path.join(os.getcwd(), place))

    def _get_buffer(self, number, readonly):
        view = memoryview(self._map(self._values[number]))
        return view.toreadonly() if readonly else view

    def _keep(self, value, place):
        self._unchanging[id(value)] = value, self._parts[place]
        return value

    def _memory_of(self, root, start, size, place):
        """Returns the same memory for all arrays of a region, and different memory for another region with the same content."""
        memory = self._memory.get((root, start))
        if memory is None:
            memory = self._map(place) if place >= 0 else self._read(-1 - place, size)
            self._memory[root, start] = memory
        return memory

    def _read(self, place, size):
        memory = bytearray(size)
        before = self._file.tell()
        self._file.seek(place)
        self._file.readinto(memory)
        self._file.seek(before)
        return memory

    def _map(self, place):
        part = self._parts[place]
        return map_file(self._folder.path_of(part), part)
