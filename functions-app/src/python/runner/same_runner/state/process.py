"""The state of the process: environment, module path, working directory, and global settings of the standard library."""

import os
import sys
import warnings

_MAX_RECURSION = 1_000_000

_before = {}


def begin(work_folder):
    _before.update(
        work=work_folder,
        environ=dict(os.environ),
        path=list(sys.path),
        warnings=list(warnings.filters),
        recursion=sys.getrecursionlimit(),
        digits=getattr(sys, "get_int_max_str_digits", int)(),
        random=sys.modules["random"].getstate() if "random" in sys.modules else None,
    )


def work_folder():
    """The working directory at the start of the step."""
    return _before["work"]


def _environ():
    before, now = _before["environ"], dict(os.environ)
    changed = {name: portable(value) for name, value in now.items() if before.get(name) != value}
    removed = [name for name in before if name not in now]
    return {"set": changed, "removed": removed} if changed or removed else None


def _restore_environ(state):
    for name, value in state["set"].items():
        os.environ[name] = local(value)
    for name in state["removed"]:
        os.environ.pop(name, None)
    if "TZ" in state["set"] or "TZ" in state["removed"]:
        import time

        time.tzset()


def _path():
    before, now = _before["path"], [str(it) for it in sys.path]
    if now == before:
        return None
    known = [index for index, entry in enumerate(now) if entry in before]
    first = known[0] if known else len(now)
    added = [(index < first, portable(entry)) for index, entry in enumerate(now) if entry not in before]
    return {"added": added, "removed": [portable(entry) for entry in before if entry not in now]}


def restore_path(state):
    """Can be called twice with the same effect."""
    front = [local(entry) for is_front, entry in state["added"] if is_front]
    back = [local(entry) for is_front, entry in state["added"] if not is_front]
    others = {local(entry) for entry in state["removed"]}.union(front, back)
    kept = [entry for entry in sys.path if entry not in others]
    sys.path[:] = [*front, *kept, *back]


def _folder():
    now = os.getcwd()
    return None if now == _before["work"] else portable(now)


def _restore_folder(state):
    folder = local(state)
    if isinstance(state, tuple):
        os.makedirs(folder, exist_ok=True)
    os.chdir(folder)


def _random():
    module = sys.modules.get("random")
    if module is None:
        return None
    state = module.getstate()
    return None if state == _before["random"] else state


def _restore_random(state):
    import random

    random.setstate(state)


def _warnings():
    return None if warnings.filters == _before["warnings"] else list(warnings.filters)


def _restore_warnings(state):
    # After the modules that the session needs were loaded, because they add their own filters.
    warnings.filters[:] = state
    warnings._filters_mutated() if hasattr(warnings, "_filters_mutated") else warnings.filterwarnings("default", append=True)


def _decimal():
    decimal = sys.modules.get("decimal")
    if decimal is None:
        return None
    context = decimal.getcontext()
    return None if repr(context) == repr(decimal.Context()) else context.copy()


def _restore_decimal(state):
    import decimal

    # In place, because a variable may refer to the current one.
    now = decimal.getcontext()
    for name in ("prec", "rounding", "Emin", "Emax", "capitals", "clamp"):
        setattr(now, name, getattr(state, name))
    now.flags, now.traps = state.flags, state.traps


def _locale():
    locale = sys.modules.get("locale")
    if locale is None:
        return None
    now = locale.setlocale(locale.LC_ALL)
    return None if now == _start_locale else now


def _restore_locale(state):
    import locale

    locale.setlocale(locale.LC_ALL, state)


def _arguments():
    return None if sys.argv == [""] else [str(it) for it in sys.argv]


def _restore_arguments(state):
    sys.argv[:] = state


def _timeout():
    socket = sys.modules.get("socket")
    return None if socket is None else socket.getdefaulttimeout()


def _restore_timeout(state):
    import socket

    socket.setdefaulttimeout(state)


def _digits():
    """Only in Pythons that limit the number of digits of a number in text."""
    now = getattr(sys, "get_int_max_str_digits", int)()
    return None if now == _before["digits"] else now


def _restore_digits(state):
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(state)


def _recursion():
    now = sys.getrecursionlimit()
    return None if now == _before["recursion"] else min(now, _MAX_RECURSION)


def _restore_recursion(state):
    sys.setrecursionlimit(state)


def portable(path):
    """A path below the working folder is different in the next step."""
    work = _before["work"]
    if path == work or (isinstance(path, str) and path.startswith(work + os.sep)):
        return "work", path[len(work) + 1 :]
    return path


def local(path):
    if not isinstance(path, tuple):
        return path
    return os.path.join(_before["work"], path[1]) if path[1] else _before["work"]


def _query_locale():
    import locale  # Already loaded when the interpreter started.

    return locale.setlocale(locale.LC_ALL)


_start_locale = _query_locale()

PARTS = {
    "os.environ": (_environ, _restore_environ),
    "sys.path": (_path, restore_path),
    "the working directory": (_folder, _restore_folder),
    "random": (_random, _restore_random),
    "the warning filters": (_warnings, _restore_warnings),
    "decimal": (_decimal, _restore_decimal),
    "locale": (_locale, _restore_locale),
    "the recursion limit": (_recursion, _restore_recursion),
    "sys.argv": (_arguments, _restore_arguments),
    "the default timeout of sockets": (_timeout, _restore_timeout),
    "the limit of digits": (_digits, _restore_digits),
}
