"""The files of a session's large values, named by the SHA-256 of their content: content that did not change is not written again."""

import collections
import hashlib
import os

# The block size with which dill and numpy read and write.
_CHUNK = 1 << 20

Part = collections.namedtuple("Part", "sha256 size")


class PartsFolder:
    def __init__(self, path):
        self.path = path
        self._drafts = 0

    def path_of(self, part):
        return os.path.join(self.path, part.sha256)

    def has(self, part):
        try:
            return os.stat(self.path_of(part)).st_size == part.size
        except FileNotFoundError:
            return False

    def keep(self, part):
        """Updates the time of a part that is needed again: old parts are removed by time."""
        os.utime(self.path_of(part))

    def write(self, part, view):
        """Writes atomically."""
        draft = self.draft()
        try:
            with open(draft, "xb", buffering=0) as file:
                written = 0
                while written < len(view):
                    written += file.write(view[written : written + 64 * _CHUNK])
            os.replace(draft, self.path_of(part))
        except BaseException:
            remove(draft)
            raise

    def adopt(self, draft, part):
        os.replace(draft, self.path_of(part))

    def draft(self):
        """The path of a file that is not a part yet."""
        # Most sessions need neither a part nor a folder.
        os.makedirs(self.path, 0o700, exist_ok=True)
        self._drafts += 1
        return os.path.join(self.path, "draft-%d-%d" % (os.getpid(), self._drafts))

    def free_bytes(self):
        os.makedirs(self.path, 0o700, exist_ok=True)
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize


def part_of(view):
    return Part(hashlib.sha256(view).hexdigest(), len(view))


def remove(path):
    try:
        os.remove(path)
    except FileNotFoundError:
        pass
