"""Writes a session for the next step: a pickle, and the files of its large values.

A session file consists of the pickle, the small regions of memory, and a table (also pickled) with the location of each region and
value. The last eight bytes contain the table's position.
"""

import base64
import hashlib
import io
import pickle
import struct

from . import parts as files
from .carrier import LARGE
from .mapping import Mapping, Untouched
from .parts import Part

_INLINE = 64 * 1024
_ALIGNMENT = 16


class TooLarge(Exception):
    """`size` is the minimum size of the session."""

    def __init__(self, size):
        super().__init__(size)
        self.size = size


class NoSpace(Exception):
    def __init__(self, needed, free):
        super().__init__(needed, free)
        self.needed, self.free = needed, free


class SessionFile:
    """The destination of the pickle: memory, and a file once it is larger than a few KiB."""

    def __init__(self, folder, limit):
        self._folder, self._limit = folder, limit
        self._open()

    def _open(self):
        self._file, self._path, self._hash, self.size = io.BytesIO(), None, hashlib.sha256(), 0

    def write(self, data):
        self.size += len(data)
        if self.size > self._limit:
            raise TooLarge(self.size)
        self._hash.update(data)
        if self._path is None and self.size > _INLINE:
            self._move_to_disk()
        return self._file.write(data)

    def restart(self):
        self.close()
        self._open()

    def close(self):
        self._file.close()
        if self._path is not None:
            files.remove(self._path)

    def finish(self):
        """Returns the pickle's entry in the session's description, and its SHA-256."""
        sha256 = self._hash.hexdigest()
        if self._path is None:
            return {"base64": base64.b64encode(self._file.getvalue()).decode("ascii")}, sha256
        self._file.close()
        self._folder.adopt(self._path, Part(sha256, self.size))
        self._path = None
        return {"sha256": sha256, "sizeBytes": self.size}, sha256

    def _move_to_disk(self):
        self._path = self._folder.draft()
        file = open(self._path, "xb", buffering=1 << 20)
        file.write(self._file.getvalue())
        self._file = file


def write_session(file, carrier, folder, limit, describe):
    """Completes what was pickled into `file` with `carrier`, and returns the session's description.

    `describe` returns the other entries of the table; it receives the location of the variables' memory.
    """
    table = _Table(file, carrier, folder, limit)
    table.collect()
    table.store()
    place = file.size
    file.write(pickle.dumps({**table.to_state(), **describe(table.parts_by_id)}, protocol=4))
    file.write(struct.pack("<Q", place))
    pickled, sha256 = file.finish()
    parts = list(dict.fromkeys(table.parts))
    content = "".join([sha256, *(part.sha256 for part in parts)])
    return {
        "formatVersion": 1,
        "pickle": pickled,
        "parts": [{"sha256": part.sha256, "sizeBytes": part.size} for part in parts],
        "sizeBytes": file.size + sum(part.size for part in parts),
        "contentSha256": hashlib.sha256(content.encode("ascii")).hexdigest(),
    }


class _Table:
    def __init__(self, file, carrier, folder, limit):
        self._file, self._carrier, self._folder, self._limit = file, carrier, folder, limit
        self._untouched = Untouched()
        self._roots = [[] for _ in carrier.regions.roots]
        self._values = []
        self._new = {}
        self.parts = []
        self.parts_by_id = {}

    def collect(self):
        """Refuses a session that exceeds the limit before any of its data is read."""
        regions = [region for root in self._carrier.regions.roots for region in root.regions()]
        large = [region for region in regions if region.size >= LARGE]
        size = self._file.size + sum(it.size for it in large) + sum(len(view) for _, view in self._carrier.values)
        if size > self._limit:
            raise TooLarge(size)
        for region in regions:
            place = self._place_of(region)
            root = region.root
            self._roots[root.number].append((region.low - root.origin, region.size, place, region.alone is not None))
            if place >= 0:
                self.parts_by_id.update((id(array), (region, self.parts[place])) for array in region.arrays)
        for value, view in self._carrier.values:
            loaded = self._carrier.loaded
            part = loaded.part_of(value) if loaded is not None else None
            self._values.append(self._add(part or files.part_of(view), view))
            self.parts_by_id[id(value)] = None, self.parts[-1]

    def store(self):
        missing = {part: view for part, view in self._new.items() if not self._folder.has(part)}
        needed = sum(part.size for part in missing)
        if missing and needed > self._folder.free_bytes():
            raise NoSpace(needed, self._folder.free_bytes())
        for part, view in missing.items():
            self._folder.write(part, view() if callable(view) else view)
        for part in self._new.keys() - missing.keys():
            self._folder.keep(part)

    def to_state(self):
        return {"roots": self._roots, "values": self._values, "parts": [tuple(part) for part in self.parts]}

    def _place_of(self, region):
        if region.size < LARGE:
            return self._write_small(region.view())
        owner = region.root.owner
        if isinstance(owner, Mapping) and region.alone is None and (region.low, region.size) == (owner.address, len(owner)):
            if self._untouched.is_untouched(owner):
                return self._add(owner.part, region.view)
        return self._add(files.part_of(region.view()), region.view)

    def _add(self, part, view):
        """`view` is the bytes, or a function that returns them."""
        self._new.setdefault(part, view)
        self.parts.append(part)
        return len(self.parts) - 1

    def _write_small(self, view):
        self._file.write(b"\0" * (-self._file.size % _ALIGNMENT))
        place = self._file.size
        self._file.write(view)
        # Negative, so that it cannot be confused with the number of a part.
        return -1 - place

