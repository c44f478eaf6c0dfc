"""A session context: the globals of the module in which steps run, as `dill.dump_session` writes them."""

import importlib.machinery
import importlib.util
import io
import sys
import types
import warnings

import dill

from . import exploding, sizes

# The name is part of the wire format: a session loads only into a module of the same name.
MODULE_NAME = "__sameproject_user_code__"


def new_module():
    """An importable-looking module, as upstream's clients expect when they load the session."""
    loader = importlib.machinery.SourceFileLoader(MODULE_NAME, MODULE_NAME + ".py")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(MODULE_NAME, loader))
    # Jupyter has no `__file__` either, and this one would not exist.
    for name in ("__file__", "__cached__"):
        module.__dict__.pop(name, None)
    sys.modules[MODULE_NAME] = module
    return module


def load(path, module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        dill.load_session(path, main=module)


def explode_large(module, limit):
    """Replaces each global whose deep size is over `limit`. Returns their names and the reasons."""
    exploded = {}
    for name, value in user_globals(module):
        if isinstance(value, types.ModuleType) or exploding.is_exploding(value):
            continue
        size = sizes.deep_size(value, limit)
        if size > limit:
            exploded[name] = "The variable is too large: it uses more than %d bytes (the limit is serialisation_memory_limit)." % limit
            setattr(module, name, exploding.make(exploded[name]))
    return exploded


def save(path, module):
    """Writes the session. What cannot be pickled is replaced first; returns the names and the reasons."""
    try:
        _dump(path, module)
        return {}
    except Exception:
        # Only now is each global tried alone: nearly every session is written at the first attempt.
        exploded = _explode_unpicklable(module)
    _dump(path, module)
    return exploded


def user_globals(module):
    return [(name, value) for name, value in vars(module).items() if not _is_reserved(name)]


def _is_reserved(name):
    return name.startswith("__") and name.endswith("__")


def _dump(path, module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dill.dump_session(path, main=module)


def _explode_unpicklable(module):
    exploded = {}
    for name, value in user_globals(module):
        reason = _why_unpicklable(value, module)
        if reason is not None:
            exploded[name] = "The variable is not supported by dill: %s" % reason
            setattr(module, name, exploding.make(exploded[name]))
    return exploded


def _why_unpicklable(value, module):
    pickler = dill.Pickler(io.BytesIO(), dill.settings["protocol"])
    # As dill.dump_session sets it up; the first pass is over, so that a function's globals are a mere reference to the module.
    pickler._original_main = pickler._main = module
    pickler._byref = pickler._recurse = pickler._first_pass = pickler._main_modified = False
    pickler._session = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pickler.dump(value)
    except Exception as error:
        return "%s: %s" % (type(error).__name__, str(error)[:200])
    return None
