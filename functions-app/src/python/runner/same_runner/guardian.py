"""Serves one step. It is started in advance with dill imported, waits for the request, and forks the process that runs the step.

Protocol: one JSON document per line. To the app, on file descriptor 3: `ready`, `started`, what the step prints and displays (`output` and
`event`, see outputs/relay.py), `exit`. From the app, on standard input: the request, then `kill` or the end of input. Large data is in
files in the step's folder: `code.py`, the session (`session.json` in parts, otherwise `session.in`), the working directory `work/`; the
child writes `report.json` there, and a result's session as `session.out`. The folder is always removed at the end. The parts of sessions
are in the run's own folder, `sessionFolder` of the request.
"""

import json
import os
import shutil
import sys
import tempfile
import traceback
import zlib

import dill

from . import guard, step
from .outputs import channel, relay

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
    output = relay.Relay(_REPLIES)
    child = guard.start(lambda: _child(request, folder, output))
    output.close_child_ends()
    output.reply({"kind": "started", "pid": child})
    status, cause = guard.wait(child, output)
    guard.end_all(child)
    if cause == "abandoned":
        return
    output.finish()
    _reply({"kind": "exit", "cause": cause, **_describe(status)})
    # The app now reads the results; the end of input means that it has finished.
    while os.read(guard.CONTROL, 4096):
        pass


def _child(request, folder, output):
    output.close_own_ends()
    ends = output.child_ends
    for descriptor, end in zip((1, 2), ends["outputs"]):
        os.dup2(end, descriptor)
        os.close(end)
    try:
        return step.run(request, folder, channel.Channel(ends["frames"], ends["answers"], ends["printed"]))
    except BaseException:
        # This is the runner's own error, so it is printed: the failure that the app reports only says that the process has ended.
        os.write(2, traceback.format_exc().encode("utf-8", "backslashreplace"))
        raise


def _ready(folder):
    return {
        "kind": "ready",
        "pid": os.getpid(),
        "folder": folder,
        "version": "%d.%d.%d" % sys.version_info[:3],
        "minor": "%d.%d" % sys.version_info[:2],
        "implementation": {"cpython": "CPython"}.get(sys.implementation.name, sys.implementation.name),
        "executable": sys.executable,
        "dill": dill.__version__,
        "packages": _packages(),
    }


def _packages():
    """A text that changes after a package was installed, upgraded or removed."""
    names = set()
    for folder in sys.path:
        try:
            names.update(name for name in os.listdir(folder or ".") if name.endswith((".dist-info", ".egg-info", ".egg-link")))
        except OSError:
            pass
    return "%08x" % zlib.crc32("\n".join(sorted(names)).encode("utf-8", "surrogateescape"))


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
        pass  # The app is gone; the end of input shows it too.


def _read_line():
    """Reads exactly one line, because `kill` may follow at once; None if the input ends first."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(guard.CONTROL, 1)
        if not byte:
            return None
        line += byte
    return line


def _remove(folder):
    def retry(function, path, _):
        # A step may have removed its own permissions. Only these are restored: folders above this one, and the targets of links
        # in it, belong to others.
        try:
            if path != folder:
                os.chmod(os.path.dirname(path), 0o700)
            if not os.path.islink(path):
                os.chmod(path, 0o700)
            function(path)
        except OSError:
            pass

    shutil.rmtree(folder, onerror=retry)
