"""Runs functions right after a module was imported, to make libraries that look for IPython use this runner instead."""

import sys

_actions = {}


class _Finder:
    """Finds nothing itself: asks the other finders, and adds the action to their loader."""

    def __init__(self):
        self._finding = set()

    def find_spec(self, name, path=None, target=None):
        if name not in _actions or name in self._finding:
            return None
        self._finding.add(name)
        try:
            for finder in sys.meta_path:
                find = getattr(finder, "find_spec", None)
                spec = find(name, path, target) if finder is not self and find is not None else None
                if spec is not None:
                    break
            else:
                return None
        finally:
            self._finding.discard(name)
        if hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, name)
        return spec


class _Loader:
    def __init__(self, loader, name):
        self._loader, self._name = loader, name

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # Other code expects the module's own loader there.
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        imported([self._name])


def imported(names):
    """Runs the actions of modules that are loaded now."""
    for name in names:
        for action in _actions.pop(name, ()):
            try:
                action(sys.modules[name])
            except Exception:
                pass  # Another version of the library: it works as it would without the action.


def after_import(name, action):
    if name in sys.modules:
        action(sys.modules[name])
        return
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    _actions.setdefault(name, []).append(action)
