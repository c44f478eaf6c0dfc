"""`%%capture`: stores what a cell prints and displays instead of showing it."""

import io
import shlex
import sys

from ..display import publish


class Captured:
    """What a cell printed and displayed. Calling it, or `show()`, shows it."""

    def __init__(self, out, err, shown):
        self._out, self._err, self._shown = out, err, shown

    @property
    def stdout(self):
        return self._out.getvalue() if self._out else ""

    @property
    def stderr(self):
        return self._err.getvalue() if self._err else ""

    @property
    def outputs(self):
        return [{"data": data, "metadata": metadata} for data, metadata in self._shown or ()]

    def show(self):
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        for data, metadata in self._shown or ():
            publish.current().display(data, metadata)

    __call__ = show

    def __str__(self):
        return self.stdout


def capture_cell(shell, line, body):
    words = shlex.split(line)
    out = None if "--no-stdout" in words else io.StringIO()
    err = None if "--no-stderr" in words else io.StringIO()
    shown = None if "--no-display" in words else publish.current().capture()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out or sys.stdout, err or sys.stderr
    try:
        shell.run_body(body)
    finally:
        sys.stdout, sys.stderr = before
        if shown is not None:
            publish.current().release()
    for name in [word for word in words if not word.startswith("-")]:
        shell.user_ns[name] = Captured(out, err, shown)
