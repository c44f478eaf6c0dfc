"""Modules that the template has preloaded. They are hidden from a step until it imports them, as if they were loaded at that moment."""

import importlib.machinery
import os
import sys

from .display import import_hooks


class Preloaded:
    """Imports packages, and removes everything that they loaded from `sys.modules` again."""

    def __init__(self):
        self._modules, self._specs = {}, {}
        # By package: the names that its import added, including those of the packages before it.
        self._brought = {}
        self._path = list(sys.path)

    def load(self, names):
        before = set(sys.modules)
        for name in names:
            try:
                _use(__import__(name))
            except Exception:
                continue  # The step that needs it reports why.
            self._brought[name] = set(sys.modules) - before
        for name in set(sys.modules) - before:
            self._modules[name] = sys.modules.pop(name)
            self._specs[name] = getattr(self._modules[name], "__spec__", None), getattr(self._modules[name], "__loader__", None)
        return list(self._brought)

    def install(self):
        sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        module = self._modules.get(name)
        if module is None:
            return None
        if any(self._is_hidden_by_another(top) for top in {it.partition(".")[0] for it in self._names_with(name)}):
            # All of it: modules that are loaded in its place belong together.
            self._modules.clear()
            return None
        known = self._specs[name][0]
        spec = importlib.machinery.ModuleSpec(name, self, origin=getattr(known, "origin", None))
        spec.has_location = getattr(known, "has_location", False)
        if hasattr(module, "__path__"):
            spec.submodule_search_locations = list(module.__path__)
        return spec

    def create_module(self, spec):
        return self._modules[spec.name]

    def exec_module(self, module):
        name = module.__spec__.name
        added = [it for it in self._names_with(name) if it in self._modules and it not in sys.modules]
        for it in added:
            sys.modules[it] = self._modules[it]
        loaded = {name, *added}
        for it in loaded:
            self._restore_origin(it)
        if "numpy.random" in loaded:
            # Otherwise, all steps would draw the same numbers.
            sys.modules["numpy.random"].seed()
        import_hooks.imported(added)

    def _names_with(self, name):
        """The modules that are loaded with `name`. The package already has its modules as attributes, including those that another one added."""
        return {name, *self._brought.get(name, ()), *(it for it in self._modules if it.startswith(name + "."))}

    def _restore_origin(self, name):
        module, (spec, loader) = self._modules[name], self._specs[name]
        for attribute, value in (("__spec__", spec), ("__loader__", loader)):
            try:
                setattr(module, attribute, value)
            except Exception:
                pass  # Not a module, but an object that a library put in its place.

    def _is_hidden_by_another(self, name):
        """Whether a folder that now precedes the others, such as the working directory, contains a module of this name."""
        for entry in sys.path:
            if entry in self._path:
                return False
            if any(os.path.exists(os.path.join(entry, name + ending)) for ending in ("", ".py")):
                return True
        return False


def _use(package):
    """Uses a package once, because much of it is loaded only at its first use."""
    if package.__name__ == "pandas" and hasattr(package, "DataFrame"):
        frame = package.DataFrame({"a": [1, 2], "b": ["c", "d"]})
        frame.a.sum(), repr(frame), frame._repr_html_()
