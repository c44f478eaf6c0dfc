"""Magics for folders, files and the environment: `%cd`, `%pwd`, `%env`, `%run`, `%%writefile`."""

import json
import os
import shlex
import sys
import types

_previous = []


def cd(shell, line):
    target = line.strip().strip("'\"")
    here = os.getcwd()
    if target == "-":
        target = _previous[-1] if _previous else here
    os.chdir(os.path.expanduser(target or "~"))
    _previous.append(here)
    print(os.getcwd())


def pwd(shell, line):
    return os.getcwd()


def env(shell, line):
    line = line.strip()
    if not line:
        return dict(os.environ)
    name, equals, value = line.partition("=")
    if not equals:
        name, blank, value = line.partition(" ")
        if not blank:
            return os.environ[name]
    name, value = name.strip(), value.strip()
    os.environ[name] = value
    print("env: %s=%s" % (name, value))


def writefile(shell, line, body):
    words = shlex.split(line)
    is_appended = "-a" in words or "--append" in words
    names = [word for word in words if not word.startswith("-")]
    if len(names) != 1:
        raise ValueError("Name one file, such as %%writefile name.py.")
    name = os.path.expanduser(names[0])
    done = "Appending to" if is_appended else "Overwriting" if os.path.exists(name) else "Writing"
    print("%s %s" % (done, names[0]))
    with open(name, "a" if is_appended else "w", encoding="utf-8") as file:
        file.write(body)


def run(shell, line):
    """`%run [-i] file.py arguments`: the file's variables become the notebook's. A notebook runs directly in the notebook's variables."""
    words = shlex.split(line)
    shares = "-i" in words[:1]
    name, *arguments = words[1:] if shares else words
    name = os.path.expanduser(name)
    if not os.path.exists(name) and os.path.exists(name + ".py"):
        name += ".py"
    if name.endswith(".ipynb"):
        return _run_notebook(shell, name)
    with open(name, encoding="utf-8") as file:
        code = compile(file.read(), name, "exec", dont_inherit=True)
    scope = shell.user_ns if shares else types.ModuleType("__main__").__dict__
    before = sys.argv, list(sys.path), scope.get("__file__")
    sys.argv = [name, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(name)))
    scope["__file__"] = name
    try:
        exec(code, scope)
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    finally:
        sys.argv, sys.path[:] = before[0], before[1]
        scope.pop("__file__", None)
        if not shares:
            shell.user_ns.update((key, value) for key, value in scope.items() if not key.startswith("__"))


def _run_notebook(shell, name):
    with open(name, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    for number, cell in enumerate(cells, 1):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "code" and source.strip():
            shell._cells.run_source(_without_magics(source, name, number), "<%s cell %d>" % (os.path.basename(name), number))


def _without_magics(source, name, number):
    lines = source.split("\n")
    skipped = [line for line in lines if line.lstrip()[:1] in ("%", "!")]
    if skipped:
        print("%s, cell %d: skipped %s" % (name, number, "; ".join(skipped)), file=sys.stderr)
    return "\n".join("" if line in skipped else line for line in lines)
