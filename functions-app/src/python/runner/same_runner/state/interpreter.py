"""State of the interpreter that a notebook takes for granted: what an earlier cell changed is so in a later one, whatever step it is in.

Each part has a name, a function that returns what is to be restored (None: nothing), and one that restores it. A part that fails is
reported; it never fails the step.
"""

from . import libraries, logging_state, process

_PARTS = {**process.PARTS, "logging": (logging_state.changes, logging_state.restore), **libraries.PARTS}

_failed = []


def begin(work_folder):
    """Remembers how things are before the step's code runs; `work_folder` is another one in each step."""
    process.begin(work_folder)
    logging_state.begin()


def changes():
    """By part, what differs from a fresh start."""
    found = {}
    for name, (change, _) in _PARTS.items():
        try:
            value = change()
        except Exception as error:
            _failed.append("%s does not travel to the next step: %s: %s" % (name, type(error).__name__, error))
            continue
        if value is not None:
            found[name] = value
    return found


def restore(state):
    """Returns texts about what could not be restored."""
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
    """Texts about what `changes` had to leave out."""
    texts = [*_failed, *logging_state.take_lost()]
    _failed.clear()
    return texts
