"""Entry point of every Python process of the app: `main.py PYCACHE step PACKAGES TEMP ISOLATED`, `main.py PYCACHE template PACKAGES TEMP
ISOLATED MODULE...` or `main.py PYCACHE guard COMMAND...`.
"""

import os
import sys


def main(arguments):
    pycache, mode, *rest = arguments
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry != folder]
    if not hasattr(os, "fork"):
        sys.exit("Steps run on Linux and macOS only; on Windows use WSL.")
    # The package's folder may be read-only: without another place for compiled files, every start would compile dill again.
    # This applies only to the app's own files, so that installed packages keep their compiled files.
    before = sys.pycache_prefix, sys.dont_write_bytecode
    sys.pycache_prefix, sys.dont_write_bytecode = pycache, False
    sys.path.insert(0, folder)
    if mode == "guard":
        from same_runner import guard

        sys.exit(guard.run_command(rest))
    packages, temp_folder, isolated, *modules = rest
    sys.path.insert(0, packages)
    from same_runner import guardian

    if mode == "template":
        from same_runner import template

    del sys.path[:2]
    sys.pycache_prefix, sys.dont_write_bytecode = before
    if isolated == "0":
        sys.path.append(packages)
    sys.path.append(os.path.join(folder, "fallback"))
    if mode == "template":
        template.serve(temp_folder, modules)
    guardian.serve(temp_folder)


if __name__ == "__main__":
    main(sys.argv[1:])
