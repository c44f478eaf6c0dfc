"""A process that forks guardians: with Python, dill and the packages of earlier steps preloaded, a fork takes a hundredth of a start's time.

It runs no code of a notebook, so steps share nothing through it. It listens on a socket in its own folder; of each pair of
connections, the first becomes a guardian's standard input, the second its descriptor 3. On its own descriptor 3 it reports `template`.
It exits, and removes its folder, at the end of its standard input: when the app stops it, or is gone.
"""

import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time

from . import guardian, preloaded

_REPLIES = 3
_TRIAL_S = 10.0
_CONNECT_S = 10.0


def serve(temp_folder, names):
    folder = tempfile.mkdtemp(prefix="same-kit-warm-", dir=temp_folder)
    try:
        _serve(temp_folder, folder, names)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


def _serve(temp_folder, folder, names):
    os.set_inheritable(_REPLIES, False)
    installed = _installed()
    modules = preloaded.Preloaded()
    loaded = modules.load(names)
    if "numpy" in loaded and not _can_fork(modules):
        return _report({"kind": "template", "unsafe": True})
    # Guardians that have exited need no attention.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Preloaded data is kept, and pages that the garbage collector never touches remain shared.
    gc.collect()
    gc.freeze()
    path = os.path.join(folder, "socket")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(16)
    _report({"kind": "template", "path": path, "loaded": loaded, "installed": installed})
    while True:
        ready, _, _ = select.select([0, listener], [], [])
        if 0 in ready:
            return
        pair = _accept(listener)
        if pair is not None:
            _fork(pair, listener, temp_folder, modules)


def _installed():
    """When a package was installed or removed last, by folder: the preloaded version may be older than the installed one."""
    found = {}
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages") and os.path.isdir(folder):
            found[folder] = str(os.stat(folder).st_mtime_ns)
    return found


def _accept(listener):
    """Accepts two connections; None if the second one never arrived."""
    first, _ = listener.accept()
    listener.settimeout(_CONNECT_S)
    try:
        second, _ = listener.accept()
    except OSError:
        first.close()
        return None
    finally:
        listener.settimeout(None)
    return first, second


def _fork(pair, listener, temp_folder, modules):
    try:
        child = os.fork()
    except OSError:  # Too many processes: the app sees the end of both connections.
        child = -1
    if child == 0:
        try:
            _become_guardian(pair, listener, temp_folder, modules)
        finally:
            os._exit(70)
    for connection in pair:
        connection.close()


def _become_guardian(pair, listener, temp_folder, modules):
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    listener.close()
    for connection, descriptor in zip(pair, (0, _REPLIES)):
        connection.setblocking(True)
        os.dup2(connection.fileno(), descriptor)
        connection.close()
    modules.install()
    guardian.serve(temp_folder)


def _can_fork(modules):
    """Whether numpy works in a fork of this process. Its threads do not exist there, which not every library supports."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        try:
            modules.install()
            import numpy

            values = numpy.ones((200, 200))
            os._exit(0 if float((values @ values)[0, 0]) == 200.0 else 1)
        finally:
            os._exit(1)
    return _status_within(child, _TRIAL_S) == 0


def _status_within(child, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid == child:
            return status
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _report(message):
    os.write(_REPLIES, (json.dumps(message) + "\n").encode())
