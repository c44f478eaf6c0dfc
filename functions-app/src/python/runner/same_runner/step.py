"""Runs one step in a process of its own."""

import ast
import inspect
import json
import os
import signal
import stat
import sys
import time

from . import failure, foreign_packages, session, sources, variables

# As sysexits.h has it: the result could not be written.
_EX_IOERR = 74


def run(request, folder):
    """Runs the step and leaves its report. Returns the process's exit code."""
    _prepare(request, folder)
    session_out = os.path.join(folder, "session.out")
    try:
        report = _run(request, folder, session_out)
    except session.SessionError as error:
        report = {"failure": {"type": error.name, "message": str(error), "traceback": ""}}
    except BaseException as error:  # Whatever a foreign object raises while it is saved or shown.
        report = {"failure": failure.describe(error)}
    finally:
        _flush()
    if "failure" in report:
        _free_space(session_out, os.path.join(folder, "work"), os.path.join(folder, "tmp"))
    return _write_report(report, folder)


def _run(request, folder, session_out):
    module = session.new_module()
    session_in = os.path.join(folder, "session.in")
    if os.path.exists(session_in):
        session.load(session_in, module)
        sources.unpack(module)
    # As Python reads a file: a byte order mark and other line ends than its own mean nothing.
    with open(os.path.join(folder, "code.py"), encoding="utf-8-sig") as file:
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
    if not request["isLast"]:
        sources.pack(module)
    report["exploded"].update(session.save(session_out, module))
    if request["isLast"]:
        report.update(variables.describe(module))
    return report


def _execute(code, file_name, module):
    process = os.getpid()
    sources.add(file_name, code)
    error = None
    try:
        _run_code(code, file_name, module)
    except BaseException as raised:  # SystemExit too: a step that leaves half-way has no result.
        error = raised
    if os.getpid() != process:
        _end_fork(error, file_name)
    # They are of the step's code, not of what follows.
    sys.settrace(None)
    sys.setprofile(None)
    return None if error is None else failure.describe(error, file_name)


def _run_code(code, file_name, module):
    # As in a notebook, a step may await at its top.
    compiled = compile(code, file_name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    awaitable = eval(compiled, module.__dict__)
    if compiled.co_flags & inspect.CO_COROUTINE:
        import asyncio  # Few steps need it, and it takes long to load.

        asyncio.run(awaitable)


def _end_fork(error, file_name):
    """A process that the step forked came to the end of the step's code: the result is its parent's alone."""
    code = 0
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    elif error is not None:
        code = 1
        print(failure.describe(error, file_name)["traceback"], file=sys.stderr)
    _flush()
    os._exit(code & 0xFF)


def _free_space(*paths):
    """On a full disk, what the step wrote may take the report's place. Cut rather than removed: the step may hold it open."""
    for path in paths:
        files = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
        for file in files if os.path.isdir(path) else [path]:
            try:
                found = os.lstat(file)
                # What has another name elsewhere is not this step's alone.
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                    os.truncate(file, 0)
            except OSError:
                pass


def _write_report(report, folder):
    path = os.path.join(folder, "report.json")
    try:
        with open(path + ".part", "w", encoding="ascii") as file:
            file.write(json.dumps(report))
        os.replace(path + ".part", path)  # Whole or not at all.
        return 0
    except BaseException as error:  # No space, no folder, or a function that the step replaced.
        os.write(2, ("The step's result could not be written: %s\n" % failure.text_of(error)).encode())
        return _EX_IOERR


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
