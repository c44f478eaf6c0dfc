"""A short description of the session's variables, so that results are visible without unpickling a session."""

import reprlib
import signal
import types

from . import boundary, exploding, sizes

_MAX_VARIABLES = 200
_MAX_NAME = 100
_MAX_REPR = 200
_SIZE_LIMIT = 1 << 30
# A foreign __repr__ may do anything, even wait.
_REPR_WITHIN_S = 1.0
_LEFT_OUT = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)

_repr = reprlib.Repr()
_repr.maxlist = _repr.maxtuple = _repr.maxset = _repr.maxfrozenset = _repr.maxdeque = _repr.maxdict = _repr.maxarray = 10
_repr.maxstring = _repr.maxother = _repr.maxlong = _MAX_REPR
_BOUNDED_BY_REPRLIB = (list, tuple, set, frozenset, dict, str, int)


def describe(module):
    found = [(name, value) for name, value in boundary.user_globals(module) if not _is_left_out(value)]
    described = {"variables": [_describe(name, value) for name, value in found[:_MAX_VARIABLES]]}
    if len(found) > _MAX_VARIABLES:
        described["variablesOmitted"] = len(found) - _MAX_VARIABLES
    return described


def _is_left_out(value):
    return not exploding.is_exploding(value) and issubclass(type(value), _LEFT_OUT)


def _describe(name, value):
    described = {"name": name[:_MAX_NAME], "type": boundary.type_name(type(value))}
    if exploding.is_exploding(value):
        return {**described, "repr": "", "exploded": exploding.reason_of(value)}
    return {**described, "sizeBytes": sizes.deep_size(value, _SIZE_LIMIT), "repr": _safe_repr(value)}


def _safe_repr(value):
    def stop(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _REPR_WITHIN_S)
    try:
        text = _repr.repr(value) if type(value) in _BOUNDED_BY_REPRLIB else repr(value)
        return text if len(text) <= _MAX_REPR else text[: _MAX_REPR - 3] + "..."
    except BaseException as error:
        return "<repr failed: %s>" % type(error).__name__
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
