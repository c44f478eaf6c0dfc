"""Interpreter state on which a notebook relies: a change by one cell must be visible in later cells, in whatever step they are.

Each part has a name, a function that returns what must be restored (None: nothing), and a function that restores it. A part that fails
is reported; it never fails the step.
"""

from . import libraries, logging_state, process

_PARTS = {**process.PARTS, "logging": (logging_state.changes, logging_state.restore), **libraries.PARTS}

_failed = []


def begin(work_folder):
    """Remembers the state before the step's code runs; `work_folder` is different in each step."""
    process.begin(work_folder)
    logging_state.begin()


def changes():
    """The differences from a fresh start, by part."""
    found = {}
    for name, (change, _) in _PARTS.items():
        try:
            value = change()
        except Exception as error:
            _failed.append("%s cannot be passed to the next step: %s: %s" % (name, type(error).__name__, error))
            continue
        if value is not None:
            found[name] = value
    return found


def restore(state):
    """Returns messages about what could not be restored."""
    texts = []
    for name, (_, restore_part) in _PARTS.items():
        if name not in state:
            continue
        try:
            texts += restore_part(state[name]) or []
        except Exception as error:
            texts.append("%s of the earlier steps could not be restored: %s: %s" % (name, type(error).__name__, error))
    return texts


def take_failures():
    """Messages about what `changes` had to omit."""
    texts = [*_failed, *logging_state.take_lost()]
    _failed.clear()
    return texts
