"""Records which files of its working directory a step reads, as far as Python reports it; for the app's step cache.

If Python cannot know it, all files count as read: other programs, and packages that open files by themselves.
"""

import os
import sys

_MAX_PATHS = 10_000
# These modes start with an empty file.
_FRESH = os.O_TRUNC | os.O_EXCL
_NEVER_CARRIED = {"__pycache__", ".ipynb_checkpoints"}
_STARTS = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.fwalk",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "subprocess.Popen",
}
_CHANGES = {
    "os.chmod",
    "os.chown",
    "os.link",
    "os.rename",
    "os.symlink",
    "os.truncate",
    "os.utime",
    "shutil.copytree",
    "shutil.move",
    "shutil.rmtree",
}
# Compiled packages that open files only through Python, unless one of the modules below is loaded.
_THROUGH_PYTHON = set(
    "PIL _cffi_backend _cyutility _yaml bottleneck brotli charset_normalizer contourpy cryptography dateutil google_crc32c greenlet joblib "
    "kiwisolver lz4 markupsafe matplotlib mpl_toolkits msgpack multidict numexpr numpy orjson pandas patsy psutil pyarrow pytz "
    "pydantic_core regex rpds scipy shapely simplejson sklearn statsmodels tornado ujson wrapt yaml yarl zmq zstandard".split()
)
_BY_THEMSELVES = {
    "_dbm",
    "_gdbm",
    "multiprocessing.popen_fork",
    "multiprocessing.popen_forkserver",
    "multiprocessing.popen_spawn_posix",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.feather",
    "pyarrow.fs",
    "pyarrow.json",
    "pyarrow.orc",
    "pyarrow.parquet",
}


class Reads:
    def __init__(self, folder):
        self._folders = {folder, os.path.realpath(folder)}
        self._own = set()
        self._found = {"content": set(), "stat": set(), "names": set()}
        self._all = False

    def start(self):
        for name in ("stat", "lstat", "access"):
            _Traced(self, name).install()
        sys.addaudithook(self._on_event)

    def describe(self):
        """Paths relative to the working directory, with `/`; `` is the directory itself."""
        count = sum(len(paths) for paths in self._found.values())
        reads = {how: sorted(paths) for how, paths in self._found.items()}
        return {"all": self._all or count > _MAX_PATHS or _opens_by_itself(), **reads}

    def add(self, how, path):
        inner = self._inner(path)
        if inner is not None and inner not in self._own:
            self._found[how].add(inner)

    def _on_event(self, event, args):
        # It never raises, because that would fail the step's own operation.
        try:
            if event == "open":
                self._on_open(*args)
            elif event == "import":
                self._on_import(*args[:2])
            elif event in ("os.listdir", "os.scandir"):
                if not _is_for_import(sys._getframe(1)):
                    self.add("names", "." if args[0] is None else args[0])
            elif event in ("os.remove", "os.rmdir", "os.mkdir"):
                self.add("stat", args[0])
            elif event in _CHANGES:
                for path in args[:2]:
                    self.add("content", path)
            elif event == "sqlite3.connect":
                for ending in ("", "-wal", "-journal"):
                    self.add("content", os.fsdecode(args[0]) + ending)
            elif event in _STARTS:
                self._all = True
        except Exception:
            self._all = True

    def _on_open(self, path, mode=None, flags=0):
        if not isinstance(flags, int) or not flags & _FRESH:
            return self.add("content", path)
        inner = self._inner(path)
        if inner is not None and inner not in self._found["content"]:
            self._own.add(inner)

    def _on_import(self, module, file):
        if file is not None:  # A compiled module, which the system opens.
            return self.add("content", file)
        name = module.partition(".")[0]
        for entry in sys.path:
            if self._inner(entry) is not None:
                for ending in (".py", ""):
                    self.add("content", os.path.join(entry, name + ending))

    def _inner(self, path):
        """Returns None for a path elsewhere, or for a file that is not passed on."""
        try:
            whole = os.path.abspath(os.fsdecode(path))
        except (TypeError, ValueError):  # A descriptor of something that was opened before; or not a path at all.
            return None
        except OSError:  # The working directory was removed.
            self._all = True
            return None
        for folder in self._folders:
            if whole == folder:
                return ""
            if whole.startswith(folder + os.sep):
                inner = whole[len(folder) + 1 :]
                return None if _NEVER_CARRIED.intersection(inner.split(os.sep)) else inner
        return None


class _Traced:
    """Replaces `os.stat` and similar functions, for which there is no event. Not a function, so that classes that store it do not bind it."""

    def __init__(self, reads, name):
        self._reads, self.__name__ = reads, name
        self._original = getattr(os, name)
        self.__doc__ = self._original.__doc__

    def install(self):
        for known in (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks):
            if self._original in known:
                known.add(self)
        setattr(os, self.__name__, self)

    def __call__(self, path, *args, **named):
        if named.get("dir_fd") is None:
            self._reads.add("stat", path)
        return self._original(path, *args, **named)

    def __reduce__(self):
        return getattr, (os, self.__name__)


def _is_for_import(frame):
    """Python searches for modules in every folder of `sys.path`; which ones a step imports is known by name."""
    name = frame.f_code.co_filename
    return name.startswith("<frozen importlib") or os.path.join("importlib", "metadata") in name


def _opens_by_itself():
    if _BY_THEMSELVES.intersection(sys.modules):
        return True
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        is_compiled = isinstance(file, str) and file.endswith(".so") and ("site-packages" in file or "dist-packages" in file)
        if is_compiled and not file.startswith(own) and name.partition(".")[0] not in _THROUGH_PYTHON:
            return True
    return False
