"""A session context: the globals of the module in which steps run, in the format of `dill.dump_session`."""

import contextlib
import errno
import importlib.machinery
import importlib.util
import os
import sys
import types
import warnings

import dill

from . import pickler, sizes, travel
from .failure import text_of
from .handover import parts, reading, writing
from .state import process

# The name is part of the wire format: a session loads only into a module of the same name.
MODULE_NAME = "__sameproject_user_code__"


_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SessionError(Exception):
    """Not raised by user code: it has a name and a message, but no useful traceback."""

    def __init__(self, name, message):
        super().__init__(message)
        self.name = name


def new_module():
    """A module that looks importable, as upstream's clients expect when they load the session."""
    loader = importlib.machinery.SourceFileLoader(MODULE_NAME, MODULE_NAME + ".py")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(MODULE_NAME, loader))
    # Jupyter has no `__file__` either, and this one would not exist.
    for name in ("__file__", "__cached__"):
        module.__dict__.pop(name, None)
    sys.modules[MODULE_NAME] = module
    return module


def enter_main(module):
    """Makes it the program's main module, like a notebook's variables: `__name__` shows this, and pickle finds its classes there."""
    module.__dict__["__name__"] = "__main__"
    sys.modules["__main__"] = module


def load(path, module):
    """Loads the format that clients use too. Raises SessionError for a session that cannot be loaded here."""
    with _loading():
        dill.load_session(path, main=module)


def receive(description, folder, module):
    """Like `load`, for the output of `hand_over`; `folder` contains its parts. Returns what `hand_over` needs from it."""
    with _loading():
        file, loaded = reading.open_session(description, folder)
        if loaded.module_path is not None:
            process.restore_path(loaded.module_path)
        with file:
            pickler.read_for_step(file, module, loaded)
    return loaded


@contextlib.contextmanager
def _loading():
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            yield
    except Exception as error:
        why = "One of them defines how it is restored, which failed"
        if isinstance(error, ModuleNotFoundError):
            why = "Modules that a step writes into its working directory are not available in later steps"
        raise SessionError(
            "SessionLoadError",
            "The variables of earlier steps could not be loaded: %s: %s. %s; delete such a variable (`del NAME`) at the "
            "end of the step that creates it." % (type(error).__name__, text_of(error)[:500], why),
        ) from error


def save(path, module, boundary, limit):
    """Writes the session in a form that any dill can load. Variables that cannot be pickled are replaced first.

    Returns False, and leaves no file, if it is larger than `limit`.
    """
    file = LimitedFile(path, limit)
    try:
        with _saving(module), contextlib.closing(file):
            _pickle(lambda: pickler.dump_session(file, module), file, module, boundary, carries=False)
        return True
    except writing.TooLarge:
        os.remove(path)
        return False


def hand_over(folder, module, boundary, limit, loaded=None):
    """Writes the session for the next step. Returns its description; raises SessionError if it is larger than `limit`."""
    parts_folder = parts.PartsFolder(folder)

    def describe(places):
        return {"prints": boundary.fingerprint(places), "module_path": travel.module_path(module)}

    file = writing.SessionFile(parts_folder, limit)
    try:
        with _saving(module), contextlib.closing(file):
            carrier = _pickle(lambda: pickler.dump_for_step(file, module, loaded), file, module, boundary, carries=True)
            return writing.write_session(file, carrier, parts_folder, limit, describe)
    except writing.TooLarge as error:
        raise SessionError("SessionTooLarge", boundary.text_of_too_large(error.size, limit)) from None
    except writing.NoSpace as error:
        raise SessionError(
            "SessionSaveError",
            "The step's session context could not be written: %s are needed in %s, and %s are free. %s"
            % (sizes.text_of(error.needed), folder, sizes.text_of(error.free), _WAY_OUT),
        ) from None


@contextlib.contextmanager
def _saving(module):
    # Without it, no client could load the session; a step may have changed it.
    module.__dict__["__name__"] = MODULE_NAME
    try:
        yield
    except OSError as error:
        if not _is_no_space(error):
            raise
        raise SessionError(
            "SessionSaveError", "The step's session context could not be written: %s. %s" % (error.strerror, _WAY_OUT)
        ) from error


_WAY_OUT = "Delete variables that later steps do not need, or files that the step made."


def _pickle(dump, file, module, boundary, carries):
    try:
        return dump()
    except BaseException as error:  # Foreign objects may raise errors that are not an Exception.
        if isinstance(error, writing.TooLarge) or _is_no_space(error):
            raise
        # Only now is each global tried separately: nearly every session is written at the first attempt.
        travel.drop_what_cannot_travel(module)
        boundary.explode_unpicklable(carries)
    file.restart()
    return dump()


class LimitedFile:
    """Raises TooLarge instead of growing beyond `limit`."""

    def __init__(self, path, limit):
        self._file, self._limit, self._size = open(path, "wb"), limit, 0

    def expect(self, size):
        """Called before large data is created only to be written."""
        if self._size + size > self._limit:
            raise writing.TooLarge(self._size + size)

    def write(self, data):
        self.expect(len(data))
        self._size += len(data)
        return self._file.write(data)

    def restart(self):
        self._file.seek(0)
        self._file.truncate()
        self._size = 0

    def close(self):
        self._file.close()


def _is_no_space(error):
    return isinstance(error, OSError) and error.errno in _NO_SPACE
