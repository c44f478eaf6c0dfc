"""Variables that are objects of the step's process: objects that a whole program shares, such as `os.environ`, are not copies in the next
step, and paths below the working directory lead to the next step's directory.
"""

import sys

from .state import process

# By class: where its shared instances are. `from random import randint`, for example, creates a method of such an instance.
_PLACES = {
    "os._Environ": (("os", "environ"), ("os", "environb")),
    "random.Random": (("random", "_inst"),),
    "numpy.random.mtrand.RandomState": (("numpy.random.mtrand", "_rand"),),
    "matplotlib.RcParams": (("matplotlib", "rcParams"),),
}
# Plain lists and dicts, which are only searched for among the variables themselves.
_PLAIN = (("sys", "path"), ("sys", "argv"), ("sys", "modules"))


def has_shared(kind):
    return _name_of(kind) in _PLACES or _name_of(kind) == "decimal.Context"


def reduce(value):
    """How pickle gets the shared object again; None for an object that belongs to a variable."""
    if _name_of(type(value)) == "decimal.Context":
        decimal = sys.modules["decimal"]
        return (decimal.getcontext, ()) if value is decimal.getcontext() else None
    for module, name in _PLACES.get(_name_of(type(value)), ()):
        if value is getattr(sys.modules.get(module), name, None):
            return getattr, (sys.modules[module], name)
    return None


def names_of(variables):
    """Which of the variables are shared lists or dicts."""
    places = {id(getattr(sys.modules[module], name)): (module, name) for module, name in _PLAIN}
    return {name: places[id(value)] for name, value in variables if id(value) in places}


def restore(module, names):
    for variable, (owner, name) in names.items():
        setattr(module, variable, getattr(sys.modules[owner], name))


def paths_of(variables):
    """The variables with the text of a path below the working directory, such as the result of `os.getcwd()`; by name."""
    portable = {name: process.portable(value) for name, value in variables if type(value) is str}
    return {name: path for name, path in portable.items() if type(path) is tuple}


def restore_paths(module, paths):
    for name, path in paths.items():
        setattr(module, name, process.local(path))


def _name_of(kind):
    return "%s.%s" % (kind.__module__, kind.__qualname__)
