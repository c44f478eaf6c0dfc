"""Loads a large session of same-kit from the files next to this one. Needs dill, and the Python minor version that wrote the session.

    python load_session.py session.dill     # writes it as one file, for dill.load_session

    import load_session
    variables = load_session.load()         # large arrays are read when they are used
"""

import importlib.util
import json
import os
import sys

import dill

_HERE = os.path.dirname(os.path.abspath(__file__))
if _HERE not in sys.path:
    sys.path.insert(0, _HERE)

from handover import reading  # noqa: E402

_NAME = "__sameproject_user_code__"


class _Unpickler(dill.Unpickler):
    __module__ = dill.Unpickler.__module__

    def persistent_load(self, reference):
        return self.loaded.get(reference)


def load():
    """The variables of the last step, by name."""
    return vars(_load())


def _load():
    module = sys.modules.setdefault(_NAME, importlib.util.module_from_spec(importlib.util.spec_from_loader(_NAME, None)))
    with open(os.path.join(_HERE, "session.json"), encoding="utf-8") as file:
        description = json.load(file)
    file, loaded = reading.open_session(description, _HERE)
    with file:
        unpickler = _Unpickler(file)
        unpickler.loaded, unpickler._session, unpickler._main = loaded, True, module
        file.seek(0)
        unpickler.load()
    dill.session._restore_modules(unpickler, module)
    return module


if __name__ == "__main__":
    dill.dump_session(sys.argv[1], main=_load())
