"""The code of a run's steps, so that tracebacks show lines of functions from earlier steps, and `inspect.getsource` works."""

import linecache

_MAX_CHARACTERS = 1024 * 1024

_known = {}


def add(file_name, code):
    _known[file_name] = code
    # Python's definition of a line: `str.splitlines` would also split at a form feed. A last line without a newline is underlined one
    # character too far.
    lines = [line + "\n" for line in code.split("\n")]
    linecache.cache[file_name] = (len(code), None, lines, file_name)


def has(file_name):
    return file_name in _known


def restore(state):
    for file_name, code in state.items() if isinstance(state, dict) else ():
        if isinstance(file_name, str) and isinstance(code, str):
            add(file_name, code)


def to_state():
    """The latest steps' code, within a limit, because every step writes and reads it with the session."""
    packed, size = {}, 0
    for file_name, code in reversed(list(_known.items())):
        size += len(code)
        if size > _MAX_CHARACTERS:
            break
        packed[file_name] = code
    return dict(reversed(list(packed.items())))
