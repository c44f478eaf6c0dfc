"""Programs that a notebook starts with `!command` and `%%bash`."""

import os
import pathlib
import subprocess
import sys


class Lines(list):
    """A program's output: a list of its lines; also as one text (`n`), separated by blanks (`s`), and as paths (`p`)."""

    @property
    def l(self):
        return [*self]

    @property
    def n(self):
        return "\n".join(self)

    @property
    def s(self):
        return " ".join(self)

    @property
    def p(self):
        return [pathlib.Path(line) for line in self]

    list, nlstr, spstr, paths = l, n, s, p


def run(command):
    """Runs a shell command and shows its output as the cell's. Returns its exit code."""
    return _run_shown([_shell(), "-c", command], None)


def output_of(command):
    done = subprocess.run([_shell(), "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    return _text(done.stdout)


def run_script(program, script, out=None, err=None):
    """Passes a script to a program. Returns `(exit code, stdout, stderr)`; output that is not requested is shown, and returned as None."""
    if not out and not err:
        return _run_shown(program, script), None, None
    done = subprocess.run(program, input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if not out:
        sys.stdout.write(_text(done.stdout))
    if not err:
        sys.stderr.write(_text(done.stderr))
    return done.returncode, _text(done.stdout), _text(done.stderr)


def _run_shown(program, script):
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    options = {"stdin": subprocess.DEVNULL} if script is None else {"input": script.encode()}
    if _is_own(sys.stdout, 1) and _is_own(sys.stderr, 2):
        return subprocess.run(program, **options).returncode
    # The cell's output is being captured.
    done = subprocess.run(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    sys.stdout.write(_text(done.stdout))
    sys.stderr.write(_text(done.stderr))
    return done.returncode


def _is_own(stream, descriptor):
    try:
        return stream.fileno() == descriptor
    except (AttributeError, OSError, ValueError):
        return False


def _shell():
    return os.environ.get("SHELL") or "/bin/sh"


def _text(content):
    return content.decode("utf-8", "replace")
