"""Runs one step in a process of its own."""

import json
import linecache
import os
import signal
import sys
import time

from . import failure, foreign_packages, session, variables


def run(request, folder):
    """Runs the step and leaves its report. Returns the process's exit code."""
    _prepare(request, folder)
    report = {}
    try:
        report = _run(request, folder)
    except BaseException as error:  # Whatever a foreign object raises while it is saved or shown.
        report = {"failure": failure.describe(error)}
    finally:
        _flush()
    with open(os.path.join(folder, "report.json"), "w", encoding="ascii") as file:
        json.dump(report, file)
    return 0


def _run(request, folder):
    module = session.new_module()
    session_file = os.path.join(folder, "session.in")
    if os.path.exists(session_file):
        session.load(session_file, module)
    with open(os.path.join(folder, "code.py"), encoding="utf-8") as file:
        code = file.read()
    loaded_before = set(sys.modules)
    started = time.perf_counter()
    failed = _execute(code, "<%s>" % request["name"], module)
    report = {"codeMs": (time.perf_counter() - started) * 1000}
    _flush()
    if failed is not None:
        return {**report, "failure": failed}
    if request["warnOfForeignPackages"]:
        report["foreignPackages"] = foreign_packages.used_by(code, loaded_before)
    report["exploded"] = session.explode_large(module, request["variableBytes"])
    report["exploded"].update(session.save(os.path.join(folder, "session.out"), module))
    if request["describeVariables"]:
        report.update(variables.describe(module))
    return report


def _execute(code, file_name, module):
    # So that tracebacks show the line, and `inspect.getsource` works. A last line without its end is underlined one place off.
    lines = [line + "\n" for line in code.split("\n")]
    linecache.cache[file_name] = (len(code), None, lines, file_name)
    try:
        exec(compile(code, file_name, "exec", dont_inherit=True), module.__dict__)
    except BaseException as error:  # SystemExit too: a step that leaves half-way has no result.
        return failure.describe(error)
    return None


def _prepare(request, folder):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(os.path.join(folder, "work"))
    os.environ.update(request["environ"])
    os.environ["TMPDIR"] = os.path.join(folder, "tmp")  # What a step forgets there goes with its folder.
    sys.path.insert(0, os.getcwd())
    sys.argv = [""]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _flush():
    for stream in {sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__}:
        try:
            stream.flush()
        except Exception:
            pass  # The step put something else in its place, or closed it.
