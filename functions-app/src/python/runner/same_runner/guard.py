"""Ends a child process, and all processes that it starts, when the app requests it or is gone.

The guard watches standard input: the app writes `kill` to it, and its end closes it. The guard runs no foreign code, so neither
a crash, nor C code that never yields, nor `kill -9` of the app leaves a process behind.
"""

import ctypes
import os
import select
import signal
import sys
import time

CONTROL = 0
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_KILL_WITHIN_S = 5.0
_is_linux = sys.platform.startswith("linux")


def start(child_main):
    """Forks; `child_main` runs in the child, which leads its own process group and never returns."""
    # Orphans of the child become the guard's children, in whatever sessions they are, so that all of them can be ended.
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    guard_pid = os.getpid()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.setpgid(0, 0)
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != guard_pid:
                os._exit(code)
            devnull = os.open(os.devnull, os.O_RDONLY)
            os.dup2(devnull, CONTROL)
            code = child_main()
        finally:
            os._exit(code)
    try:
        os.setpgid(child, child)
    except OSError:
        pass  # The child did it first.
    return child


def wait(child, relay=None):
    """Waits until the child has exited, or standard input requests the end. Returns `(status, cause)`: `ended`, `killed` or `abandoned`.

    Meanwhile, `relay` passes on what the child prints.
    """
    wake_reader, wake_writer = os.pipe()
    for end in (wake_reader, wake_writer):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    while True:
        # Checked before sleeping: the child may have exited before the handler was installed.
        status = _status_of(child)
        if status is not None:
            return status, "ended"
        readers, writers = (relay.readers(), relay.writers()) if relay else ([], [])
        ready, writable, _ = select.select([CONTROL, wake_reader, *readers], writers, [])
        if CONTROL in ready:
            return None, "killed" if os.read(CONTROL, 4096) else "abandoned"
        if wake_reader in ready and any(number != signal.SIGCHLD for number in os.read(wake_reader, 4096)):
            return None, "abandoned"
        if relay:
            relay.handle([it for it in readers if it in ready])


def end_all(child):
    """Kills the child's process group and every descendant, until none is left."""
    deadline = time.monotonic() + _KILL_WITHIN_S
    while True:
        _kill(os.killpg, child)
        # Orphans are the guard's own children: without any, there is no descendant, and the search through all processes can be skipped.
        if _is_linux and not _has_children():
            return
        for pid in _descendants(os.getpid()):
            _kill(os.kill, pid)
        if not _has_children() or time.monotonic() > deadline:
            return
        time.sleep(0.002)


def run_command(command):
    """Runs a program under guard; returns its exit code."""

    def child_main():
        try:
            os.execvp(command[0], command)
        except OSError as error:
            print("%s: %s" % (command[0], error.strerror), file=sys.stderr, flush=True)
            return 127

    child = start(child_main)
    status, _ = wait(child)
    end_all(child)
    if status is None:
        return 1
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


_statuses = {}


def _status_of(child):
    """Reaps every child that has exited, including orphans."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
        _statuses[pid] = status
    return _statuses.get(child)


def _has_children():
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True


def _descendants(root):
    children = {}
    for pid, parent in _processes():
        children.setdefault(parent, []).append(pid)
    found, queue = [], [root]
    while queue:
        for pid in children.get(queue.pop(), ()):
            found.append(pid)
            queue.append(pid)
    return found


def _processes():
    """Pairs of process and parent."""
    if not _is_linux:
        # Without subreapers, a process that left the group and lost its parent cannot be found anyway.
        return []
    pairs = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, "rb") as file:
                stat = file.read()
        except OSError:
            continue
        # The program's name, in brackets, may contain any characters; state and parent follow it.
        state, parent = stat[stat.rindex(b")") + 2 :].split(None, 2)[:2]
        if state != b"Z":
            pairs.append((int(name), int(parent)))
    return pairs


def _kill(how, target):
    try:
        how(target, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _prctl(option, value):
    if _is_linux:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
