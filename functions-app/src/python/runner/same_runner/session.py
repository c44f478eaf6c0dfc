"""A session context: the globals of the module in which steps run, as `dill.dump_session` writes them."""

import errno
import importlib.machinery
import importlib.util
import sys
import types
import warnings

import dill

from . import pickler, travel
from .failure import text_of

# The name is part of the wire format: a session loads only into a module of the same name.
MODULE_NAME = "__sameproject_user_code__"


_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SessionError(Exception):
    """Raised by no user code: it has a name and a message, but no useful traceback."""

    def __init__(self, name, message):
        super().__init__(message)
        self.name = name


def new_module():
    """An importable-looking module, as upstream's clients expect when they load the session."""
    loader = importlib.machinery.SourceFileLoader(MODULE_NAME, MODULE_NAME + ".py")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(MODULE_NAME, loader))
    # Jupyter has no `__file__` either, and this one would not exist.
    for name in ("__file__", "__cached__"):
        module.__dict__.pop(name, None)
    sys.modules[MODULE_NAME] = module
    return module


def enter_main(module):
    """Makes it the program's main module, as a notebook's variables are: `__name__` says so, and pickle finds its classes there."""
    module.__dict__["__name__"] = "__main__"
    sys.modules["__main__"] = module


def load(path, module):
    """Raises SessionError for a session that cannot be loaded here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            dill.load_session(path, main=module)
    except Exception as error:
        why = "One of them says how it is restored, and that failed"
        if isinstance(error, ModuleNotFoundError):
            why = "Modules that a step writes into its working directory are gone with it, and what they define"
        raise SessionError(
            "SessionLoadError",
            "The variables of the steps before could not be loaded: %s: %s. %s; delete such a variable (`del NAME`) at the "
            "end of the step that makes it." % (type(error).__name__, text_of(error)[:500], why),
        ) from error


def save(path, module, boundary):
    """Writes the session. What cannot be pickled is replaced first."""
    # Without it no client could load the session; a step may have changed it.
    module.__dict__["__name__"] = MODULE_NAME
    try:
        _save(path, module, boundary)
    except OSError as error:
        if not _is_no_space(error):
            raise
        raise SessionError(
            "SessionSaveError",
            "The step's session context could not be written: %s. Delete variables that later steps do not need, or files that "
            "the step made." % error.strerror,
        ) from error


def _save(path, module, boundary):
    with open(path, "wb") as file:
        try:
            pickler.dump_session(file, module)
            return
        except BaseException as error:  # What a foreign object raises need not be an Exception.
            if _is_no_space(error):
                raise
            # Only now is each global tried alone: nearly every session is written at the first attempt.
            travel.drop_what_cannot_travel(module)
            boundary.explode_unpicklable()
        file.seek(0)
        file.truncate()
        pickler.dump_session(file, module)


def _is_no_space(error):
    return isinstance(error, OSError) and error.errno in _NO_SPACE
