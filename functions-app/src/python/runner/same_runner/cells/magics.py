"""Magics with a simple meaning. The client turns `%name line` into `get_ipython().run_line_magic("name", "line")`, like IPython."""

import shlex
import subprocess
import sys

from ..display import figures, publish
from . import capture, commands, file_magics, timing


class UsageError(Exception):
    """An unknown magic, or one with wrong arguments."""


class Magics:
    def __init__(self, shell):
        self._shell = shell
        self._registered = {"line": {}, "cell": {}}

    def register(self, name, function, kind):
        for one in ("line", "cell") if kind == "line_cell" else (kind,):
            self._registered[one][name] = function

    def find(self, name, kind):
        own = self._registered[kind].get(name)
        if own is not None:
            return own
        function = (_LINE if kind == "line" else _CELL).get(name)
        return None if function is None else lambda *arguments: function(self._shell, *arguments)

    def run_line(self, name, line):
        function = self.find(name, "line")
        if function is None:
            raise UsageError("Line magic function `%%%s` not found." % name)
        return function(line)

    def run_cell(self, name, line, body):
        function = self.find(name, "cell")
        if function is None:
            raise UsageError("Cell magic `%%%%%s` not found." % name)
        return function(line, body)


def _matplotlib(shell, line):
    backend = line.strip()
    if backend not in ("", "inline", "notebook", "widget", "ipympl", "agg"):
        print("There is no screen for %s: figures are shown below their cell." % backend, file=sys.stderr)


def _config(shell, line):
    option, equals, value = line.partition("=")
    section, _, name = option.strip().partition(".")
    if not equals:
        return
    chosen = eval(value, shell.user_ns)
    setattr(getattr(shell.config, section), name, chosen)
    if section == "InlineBackend" and name in ("figure_format", "figure_formats"):
        names = [chosen] if isinstance(chosen, str) else list(chosen)
        for unknown in figures.set_formats(names):
            print("%s is not a format of figures here." % unknown, file=sys.stderr)
    elif section == "InlineBackend" and name == "rc" and isinstance(chosen, dict):
        import matplotlib

        matplotlib.rcParams.update(chosen)


def _script(program):
    def run(shell, line, body):
        options = _script_options(line, program)
        code, out, err = commands.run_script(options["program"], body, options["out"], options["err"])
        for name, text in ((options["out"], out), (options["err"], err)):
            if name:
                shell.user_ns[name] = text
        if code and options["raises"]:
            raise subprocess.CalledProcessError(code, options["program"], out, err)

    return run


def _script_options(line, program):
    found = {"out": None, "err": None, "raises": True, "program": []}
    words = shlex.split(line)
    while words:
        word = words.pop(0)
        if word in ("--out", "--err") and words:
            found[word[2:]] = words.pop(0)
        elif word == "--no-raise-error":
            found["raises"] = False
        elif not word.startswith("--") or found["program"]:
            found["program"].append(word)
    found["program"] = [*([program] if program else []), *found["program"]]
    if not found["program"]:
        raise UsageError("Name the program, such as %%script bash.")
    return found


def _show_as(kind):
    return lambda shell, line, body: publish.display({kind: body}, raw=True)


_LINE = {
    "cd": file_magics.cd,
    "config": _config,
    "env": file_magics.env,
    "matplotlib": _matplotlib,
    "pwd": file_magics.pwd,
    "run": file_magics.run,
    "set_env": file_magics.env,
    "sx": lambda shell, line: shell.getoutput(line),
    "system": lambda shell, line: shell.getoutput(line),
    "time": timing.time_line,
    "timeit": timing.timeit_line,
}
_CELL = {
    "bash": _script("bash"),
    "capture": capture.capture_cell,
    "file": file_magics.writefile,
    "html": _show_as("text/html"),
    "HTML": _show_as("text/html"),
    "javascript": _show_as("application/javascript"),
    "js": _show_as("application/javascript"),
    "latex": _show_as("text/latex"),
    "markdown": _show_as("text/markdown"),
    "perl": _script("perl"),
    "ruby": _script("ruby"),
    "script": _script(None),
    "sh": _script("sh"),
    "svg": _show_as("image/svg+xml"),
    "SVG": _show_as("image/svg+xml"),
    "time": timing.time_cell,
    "timeit": timing.timeit_cell,
    "writefile": file_magics.writefile,
}
