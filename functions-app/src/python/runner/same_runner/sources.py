"""The code of a run's steps, so that tracebacks show the lines of functions which earlier steps defined, and `inspect.getsource` works."""

import linecache

_MAX_CHARACTERS = 1024 * 1024

_known = {}


def add(file_name, code):
    _known[file_name] = code
    # Python's own idea of a line: `str.splitlines` would end one at a form feed too. A last line without its end is underlined one
    # place off.
    lines = [line + "\n" for line in code.split("\n")]
    linecache.cache[file_name] = (len(code), None, lines, file_name)


def has(file_name):
    return file_name in _known


def restore(state):
    for file_name, code in state.items() if isinstance(state, dict) else ():
        if isinstance(file_name, str) and isinstance(code, str):
            add(file_name, code)


def to_state():
    """The latest steps' code, within a limit: a session is written and read by every step."""
    packed, size = {}, 0
    for file_name, code in reversed(list(_known.items())):
        size += len(code)
        if size > _MAX_CHARACTERS:
            break
        packed[file_name] = code
    return dict(reversed(list(packed.items())))
