"""Finds installed packages that a step imports although no requirements.txt names them: elsewhere they may be missing."""

import ast
import sys


def used_by(code, loaded_before):
    names = set()
    try:
        tree = ast.parse(code)
    except SyntaxError:  # Some cells are expected to fail.
        return []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return sorted(name for name in names - loaded_before if _is_installed(sys.modules.get(name)))


def versions(loaded_before):
    """Versions of the packages that were loaded meanwhile, if they report one."""
    found = {}
    for name, module in list(sys.modules.items()):
        if "." in name or name in loaded_before or not _is_installed(module):
            continue
        version = vars(module).get("__version__")
        if isinstance(version, str):
            found[name] = version[:50]
    return found


def _is_installed(module):
    spec = getattr(module, "__spec__", None)
    places = [getattr(module, "__file__", None) or "", *(getattr(spec, "submodule_search_locations", None) or ())]
    return any("site-packages" in place or "dist-packages" in place for place in places)
