"""Files of a session's large values, mapped into memory as if they had been read: writing changes the memory, never the file."""

import ctypes
import mmap
import os
import sys


class Mapping(mmap.mmap):
    """`part` is the content of the file, `address` its location in memory."""


def map_file(path, part):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        mapping = Mapping(descriptor, part.size, access=mmap.ACCESS_COPY)
    finally:
        os.close(descriptor)
    mapping.part = part
    mapping.address = ctypes.addressof(ctypes.c_ubyte.from_buffer(mapping))
    return mapping


class Untouched:
    """Determines which mappings are still identical to their files, without reading their bytes.

    The system counts the private pages of a process. A page that was written to is private; a page that was only read belongs to
    the file. If the system does not report this, as on systems other than Linux, the answer is no.
    """

    def __init__(self):
        self._own = None

    def is_untouched(self, mapping):
        if self._own is None:
            self._own = _read_own_pages()
        if self._own is False:
            return False
        low, high = mapping.address, mapping.address + len(mapping)
        found = [own for start, end, own in self._own if start < high and end > low]
        return bool(found) and not any(found)


def _read_own_pages():
    """For each range of addresses, whether any page of it is private to the process; False if it is unknown."""
    if not sys.platform.startswith("linux"):
        return False
    ranges = []
    try:
        with open("/proc/self/smaps", "rb") as file:
            for line in file:
                name, _, rest = line.partition(b":")
                if name in (b"Anonymous", b"Swap"):
                    ranges[-1][2 if name == b"Anonymous" else 3] = int(rest.split()[0])
                elif b"-" in line[:20] and name.split(b" ")[0].count(b"-") == 1:
                    start, end = name.split(b" ")[0].split(b"-")
                    ranges.append([int(start, 16), int(end, 16), None, None])
    except (OSError, ValueError, IndexError):
        return False
    if any(anonymous is None or swapped is None for _, _, anonymous, swapped in ranges):
        return False
    return [(start, end, anonymous + swapped > 0) for start, end, anonymous, swapped in ranges]
