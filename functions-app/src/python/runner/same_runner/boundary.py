"""The boundary between two steps: which variables reach the next step, which do not, and why."""

import threading
import types

from . import exploding, fingerprints, pickler, remedies, sizes
from .failure import text_of

_MAX_DESCRIBED = 500
_MAX_NAME = 100
_MAX_REASON = 200
_MAX_LARGEST = 3
_VARIABLE_SETTINGS = "serialisation_memory_limit of same.yaml, app setting SAME_SERIALISATION_MEMORY_LIMIT"
_SESSION_SETTINGS = "app setting SAME_MAX_SESSION_BYTES"
_LEFT_OUT = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)
# Idle threads of pools, and threads that only monitor.
_OF_LIBRARIES = ("ThreadPoolExecutor", "asyncio_", "Dummy-", "pydevd.")


class Boundary:
    """`makers`: the number of the cell that created each variable, if known; `received`: the names that came from the previous step."""

    def __init__(self, module, makers, received=()):
        self._module, self._makers, self._received = module, makers, received
        self._sizes = {}
        self._prints = None
        self.lost = []

    def explode_large(self, limit, session_limit):
        """Replaces each global whose deep size exceeds `limit`, which by default is the limit of the whole session."""
        settings = _SESSION_SETTINGS if limit == session_limit else _VARIABLE_SETTINGS
        for name, value in user_globals(self._module):
            if issubclass(type(value), types.ModuleType) or exploding.is_exploding(value):
                continue
            size = sizes.deep_size(value, limit)
            self._sizes[name] = size
            if size > limit:
                reason = "is too large: it uses %s, and the limit is %s (%s)" % (
                    sizes.text_of(sizes.deep_size(value)),
                    sizes.text_of(limit),
                    settings,
                )
                self._explode(name, value, reason, remedies.remedy_for_size())

    def explode_unpicklable(self, carries):
        for name, value in user_globals(self._module):
            try:
                pickler.try_dump(value, self._module, carries)
            except BaseException as error:
                reason = "is not supported by dill: %s: %s" % (type(error).__name__, text_of(error)[:_MAX_REASON])
                self._explode(name, value, reason, remedies.remedy_for(name, type_name(type(value))))

    def text_of_too_large(self, size, limit):
        """For a session that is refused; `size` is the size found so far."""
        largest = sorted(self._sizes.items(), key=lambda it: -it[1])[:_MAX_LARGEST]
        named = "; ".join("%s (%s): %s" % (name[:_MAX_NAME], self._made(name), sizes.text_of(size)) for name, size in largest)
        return (
            "The step's variables make a session of at least %s, more than the limit of %s (%s). "
            "The largest: %s. Delete what later steps do not need (`del NAME`), write it to a file, or raise the setting."
            % (sizes.text_of(size), sizes.text_of(limit), _SESSION_SETTINGS, named or "none known")
        )

    def note_threads(self):
        """The threads for which Python would wait at its exit."""
        for thread in threading.enumerate():
            if thread is threading.main_thread() or thread.daemon or thread.name.startswith(_OF_LIBRARIES):
                continue
            self.lost.append(
                {
                    "name": thread.name[:_MAX_NAME],
                    "type": type_name(type(thread)),
                    "cell": None,
                    "reason": "The thread %s was still running at the end of the step, and ends with it" % thread.name[:_MAX_NAME],
                    "remedy": "Join it in the step that starts it.",
                }
            )

    def fingerprint(self, parts=None):
        """Fingerprints of the variables that reach the next step, which compares them. `parts`: as for `Fingerprints`."""
        prints = fingerprints.Fingerprints(parts)
        self._prints = {name: prints.of(value) for name, value in self._crossing()}
        return self._prints

    def describe(self, before):
        """The variables that reach the next step: name, type, size, the cell that created them, and whether their value has changed.

        `before` contains the fingerprints of the variables that the step received.
        """
        if self._prints is None and before:
            self.fingerprint()
        return [self._describe(name, value, before) for name, value in self._crossing()]

    def _describe(self, name, value, before):
        described = {
            "name": name[:_MAX_NAME],
            "type": type_name(type(value)),
            "sizeBytes": self._sizes.get(name, 0),
            "cell": self._makers.get(name),
        }
        if name not in self._received:
            return described
        is_known = name in before and self._prints is not None
        return {**described, "changed": fingerprints.has_changed(before[name], self._prints[name]) if is_known else None}

    def _crossing(self):
        found = [(name, value) for name, value in user_globals(self._module) if not self._is_left_out(value)]
        return found[:_MAX_DESCRIBED]

    def _is_left_out(self, value):
        return exploding.is_exploding(value) or issubclass(type(value), _LEFT_OUT)

    def _explode(self, name, value, reason, remedy):
        kind, cell = type_name(type(value)), self._makers.get(name)
        text = "The variable %s (%s) %s" % (name[:_MAX_NAME], self._made(name), reason)
        self.lost.append({"name": name[:_MAX_NAME], "type": kind, "cell": cell, "reason": text, "remedy": remedy})
        setattr(self._module, name, exploding.make("%s. %s" % (text, remedy)))

    def _made(self, name):
        kind, cell = type_name(type(vars(self._module).get(name))), self._makers.get(name)
        return kind if cell is None else "%s, made in cell %d" % (kind, cell)


def names_of(module):
    """The variables that have a value; for `received`."""
    return {name for name, value in user_globals(module) if not exploding.is_exploding(value)}


def user_globals(module):
    return [(name, value) for name, value in vars(module).items() if isinstance(name, str) and not _is_reserved(name)]


def _is_reserved(name):
    return name.startswith("__") and name.endswith("__")


def type_name(kind):
    module = getattr(kind, "__module__", None)
    name = getattr(kind, "__qualname__", kind.__name__)
    is_plain = module in (None, "builtins", "__main__", "__sameproject_user_code__")
    return (name if is_plain else "%s.%s" % (module, name))[:200]
