"""What travels with a session besides the notebook's variables, and is not part of the user's result: the code of the steps, what the
notebook remembers of its cells, and the interpreter's own state.
"""

import sys

from . import boundary, pickler, shared_objects, sources
from .state import interpreter

_NAME = "__same_state__"


def pack(module, cells):
    """Puts it into the module before it is written."""
    variables = boundary.user_globals(module)
    vars(module)[_NAME] = {
        "sources": sources.to_state(),
        "cells": cells.to_state(),
        "interpreter": interpreter.changes(),
        "shared": shared_objects.names_of(variables),
        "paths": shared_objects.paths_of(variables),
    }


def unpack(module, cells):
    """Takes it out of a loaded session."""
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
    """Of `sys.path`, what the modules of the variables may be found by."""
    packed = vars(module).get(_NAME) or {}
    return packed.get("interpreter", {}).get("sys.path")


def environ_names(module):
    """Variables of the environment that the next step begins with, besides its own."""
    packed = vars(module).get(_NAME) or {}
    return sorted(packed.get("interpreter", {}).get("os.environ", {}).get("set", {}))


def discard(module):
    vars(module).pop(_NAME, None)


def drop_what_cannot_travel(module):
    """After a session could not be written: its parts are tried one by one."""
    packed = vars(module).get(_NAME)
    for part in packed.values() if isinstance(packed, dict) else ():
        for key, value in list(part.items()):
            if not _can_travel(value, module):
                _drop(part, key, value, module)


def _drop(part, key, value, module):
    """Of a collection, such as the results of cells, only what is at fault."""
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
