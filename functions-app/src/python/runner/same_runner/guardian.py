"""Serves one step. Started ahead of it with dill imported, waits for the request, forks the process that runs the step.

Protocol, one JSON document a line. To the app on file descriptor 3: `ready`, `started`, `exit`. From the app on standard input: the
request, then `kill` or the end of input. What is large lies in the step's folder: `code.py`, `session.in`, the step's working
directory `work/`; the child leaves `report.json` and `session.out` there. The folder is removed whatever happens.
"""

import json
import os
import shutil
import sys
import tempfile

import dill

from . import guard, step

_REPLIES = 3


def serve(temp_folder):
    os.set_inheritable(_REPLIES, False)
    folder = tempfile.mkdtemp(prefix="same-kit-step-", dir=temp_folder)
    try:
        for name in ("work", "tmp"):
            os.mkdir(os.path.join(folder, name))
        _reply(_ready(folder))
        request = _read_line()
        if request is not None:
            _run(json.loads(request), folder)
    finally:
        _remove(folder)
        os._exit(0)


def _run(request, folder):
    child = guard.start(lambda: _child(request, folder))
    _reply({"kind": "started", "pid": child})
    _let_go_of_output()
    status, cause = guard.wait(child)
    guard.end_all(child)
    if cause == "abandoned":
        return
    _reply({"kind": "exit", "cause": cause, **_describe(status)})
    # The app now reads the results; the end of input says that it has.
    while os.read(guard.CONTROL, 4096):
        pass


def _child(request, folder):
    os.close(_REPLIES)
    return step.run(request, folder)


def _ready(folder):
    return {
        "kind": "ready",
        "folder": folder,
        "version": "%d.%d.%d" % sys.version_info[:3],
        "minor": "%d.%d" % sys.version_info[:2],
        "implementation": {"cpython": "CPython"}.get(sys.implementation.name, sys.implementation.name),
        "executable": sys.executable,
        "dill": dill.__version__,
    }


def _describe(status):
    if status is None:
        return {}
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    return {"code": os.WEXITSTATUS(status)}


def _reply(message):
    line = (json.dumps(message) + "\n").encode()
    try:
        while line:
            line = line[os.write(_REPLIES, line) :]
    except BrokenPipeError:
        pass  # The app is gone; the end of input says so too.


def _read_line():
    """A line and not a byte more, as `kill` may follow at once; None where input ends first."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(guard.CONTROL, 1)
        if not byte:
            return None
        line += byte
    return line


def _let_go_of_output():
    """So that the streams end when the step's own processes have ended."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.dup2(devnull, 2)
    os.close(devnull)


def _remove(folder):
    def retry(function, path, _):
        # A step may have taken away its own rights. Only they are given back: what lies above the folder, and what a link in
        # it leads to, belong to others.
        try:
            if path != folder:
                os.chmod(os.path.dirname(path), 0o700)
            if not os.path.islink(path):
                os.chmod(path, 0o700)
            function(path)
        except OSError:
            pass

    shutil.rmtree(folder, onerror=retry)
