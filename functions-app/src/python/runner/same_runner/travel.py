"""Data that is saved with a session in addition to the notebook's variables, and is not part of the user's result: the code of the
steps, the notebook's history of its cells, and the interpreter's own state.
"""

import sys

from . import boundary, pickler, shared_objects, sources
from .state import interpreter

_NAME = "__same_state__"


def pack(module, cells):
    """Adds this data to the module before it is written."""
    variables = boundary.user_globals(module)
    vars(module)[_NAME] = {
        "sources": sources.to_state(),
        "cells": cells.to_state(),
        "interpreter": interpreter.changes(),
        "shared": shared_objects.names_of(variables),
        "paths": shared_objects.paths_of(variables),
    }


def unpack(module, cells):
    """Removes this data from a loaded session."""
    packed = vars(module).pop(_NAME, None)
    if not isinstance(packed, dict):
        return
    sources.restore(packed.get("sources", {}))
    cells.restore(packed.get("cells", {}))
    shared_objects.restore(module, packed.get("shared", {}))
    shared_objects.restore_paths(module, packed.get("paths", {}))
    for text in interpreter.restore(packed.get("interpreter", {})):
        print(text, file=sys.stderr)


def module_path(module):
    """The entries of `sys.path` through which the modules of the variables may be found."""
    packed = vars(module).get(_NAME) or {}
    return packed.get("interpreter", {}).get("sys.path")


def environ_names(module):
    """Environment variables with which the next step starts, in addition to its own."""
    packed = vars(module).get(_NAME) or {}
    return sorted(packed.get("interpreter", {}).get("os.environ", {}).get("set", {}))


def discard(module):
    vars(module).pop(_NAME, None)


def drop_what_cannot_travel(module):
    """Called after a session could not be written: tries its parts one by one."""
    packed = vars(module).get(_NAME)
    for part in packed.values() if isinstance(packed, dict) else ():
        for key, value in list(part.items()):
            if not _can_travel(value, module):
                _drop(part, key, value, module)


def _drop(part, key, value, module):
    """Removes only the failing items of a collection, such as the results of cells."""
    if isinstance(value, dict):
        part[key] = {name: item for name, item in value.items() if _can_travel(item, module)}
    elif isinstance(value, list):
        part[key] = [item if _can_travel(item, module) else None for item in value]
    if not isinstance(value, (dict, list)):
        del part[key]


def _can_travel(value, module):
    try:
        pickler.try_dump(value, module)
        return True
    except BaseException:
        return False
