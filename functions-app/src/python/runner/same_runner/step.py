"""Runs one step in its own process."""

import json
import os
import signal
import stat
import sys
import tempfile

from . import boundary, failure, foreign_packages, reads, session, travel, variables
from .cells import history, run_cells, shell
from .display import figures, ipython_package, plotly_figures, publish
from .state import interpreter

# From sysexits.h: the result could not be written.
_EX_IOERR = 74


def run(request, folder, channel):
    """Runs the step and writes its report. Returns the process's exit code."""
    _prepare(request, folder, channel)
    try:
        report = _run(request, folder, channel)
    except session.SessionError as error:
        report = {"failure": {"type": error.name, "message": str(error), "traceback": ""}}
    except BaseException as error:  # Raised by a foreign object while it is saved or shown.
        report = {"failure": failure.describe(error)}
    finally:
        channel.sync()
    try:
        return _write_report(report, folder)
    except BaseException as error:  # No space, no folder, or a function that the step replaced.
        if "failure" in report:
            _free_space(os.path.join(folder, "session.out"), os.path.join(folder, "work"), os.path.join(folder, "tmp"))
            report["filesLost"] = True
        return _write_last_report(report, folder, error)


def _run(request, folder, channel):
    traced = _trace_reads(request)
    module = session.new_module()
    cells = _open_cells(request, module, channel)
    at_start = set(sys.modules)
    loaded = _take_over(request, folder, module)
    travel.unpack(module, cells)
    received = boundary.names_of(module)
    # Like Python's own reading of files: a byte order mark and foreign line endings have no effect.
    with open(os.path.join(folder, "code.py"), encoding="utf-8-sig") as file:
        code = file.read()
    if request["cells"] is not None:
        session.enter_main(module)
    loaded_before = set(sys.modules)
    parts = _cells_of(request, code)
    failed = cells.run(parts)
    report = {"codeMs": cells.code_ms}
    if failed is not None:
        return {**report, "failure": failed}
    is_last = request["isLast"] or cells.has_exited
    if traced is not None:
        report["reads"] = traced.describe()
    report.update(hasExited=cells.has_exited, packages=foreign_packages.versions(at_start))
    if request["warnOfForeignPackages"]:
        report["foreignPackages"] = sorted(
            {name for part in parts for name in foreign_packages.used_by(part["source"], loaded_before)}
        )
    report.update(_hand_on(module, cells, request, os.path.join(folder, "session.out"), (loaded, received), is_last))
    if is_last:
        report.update(variables.describe(module))
    return report


def _trace_reads(request):
    """Starts here, because modules that the session imports may be in the working directory."""
    if not request.get("tracesReads"):
        return None
    traced = reads.Reads(os.getcwd())
    traced.start()
    return traced


def _take_over(request, folder, module):
    """Fills the module with the session of the previous step."""
    received, plain = (os.path.join(folder, name) for name in ("session.json", "session.in"))
    if os.path.exists(received):
        with open(received, encoding="utf-8") as file:
            return session.receive(json.load(file), request["sessionFolder"], module)
    if os.path.exists(plain):
        session.load(plain, module)
    return None


def _hand_on(module, cells, request, session_out, before, is_last):
    """Writes the session, and reports which variables reach the next step. `before`: what was loaded, and the names of its variables."""
    loaded, received = before
    edge = boundary.Boundary(module, cells.makers, received)
    edge.explode_large(request["variableBytes"], request["sessionBytes"])
    if not is_last:
        edge.note_threads()
        travel.pack(module, cells)
    described = None
    if not is_last or not session.save(session_out, module, edge, request["inlineBytes"]):
        described = session.hand_over(request["sessionFolder"], module, edge, request["sessionBytes"], loaded)
        described["environ"] = travel.environ_names(module)
    travel.discard(module)
    crossing = edge.describe({} if loaded is None else loaded.prints)
    return {"session": described, "lost": edge.lost, "crossing": crossing, "notices": interpreter.take_failures()}


def _open_cells(request, module, channel):
    publish.use(publish.Publisher(channel))
    publish.install()
    figures.install()
    plotly_figures.install()
    if request["cells"] is None:
        figures.closes = False
        return run_cells.Cells(module, channel)
    known = history.History()
    known.install()
    cells = run_cells.Cells(module, channel, known, request.get("keepsResults", False))
    cells.use_shell(shell.ZMQInteractiveShell(cells, module, known))
    ipython_package.install(cells.shell)
    return cells


def _cells_of(request, code):
    """The step's code in the parts that the request names; one part if it names none."""
    if request["cells"] is None:
        return [{"number": None, "file": "<%s>" % request["name"], "source": code}]
    lines, parts = code.split("\n"), []
    for cell in request["cells"]:
        source, lines = "\n".join(lines[: cell["lines"]]), lines[cell["lines"] :]
        raises = "raises-exception" in cell.get("tags", ())
        parts.append({"number": cell["number"], "file": "<cell %d>" % cell["number"], "source": source, "raises": raises})
    return parts


def _free_space(*paths):
    """On a full disk, the step's files may take up the report's space. They are truncated instead of removed, because they may be open."""
    for path in paths:
        files = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
        for file in files if os.path.isdir(path) else [path]:
            try:
                found = os.lstat(file)
                # A file that has another name elsewhere does not belong only to this step.
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                    os.truncate(file, 0)
            except OSError:
                pass


def _write_report(report, folder):
    path = os.path.join(folder, "report.json")
    with open(path + ".part", "w", encoding="ascii") as file:
        file.write(json.dumps(report))
    os.replace(path + ".part", path)  # Atomic.
    return 0


def _write_last_report(report, folder, first):
    try:
        if "failure" in report:
            return _write_report(report, folder)
    except BaseException as error:
        first = error
    os.write(2, ("The step's result could not be written: %s\n" % failure.text_of(first)).encode())
    return _EX_IOERR


def _prepare(request, folder, channel):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(os.path.join(folder, "work"))
    os.environ.update(request["environ"])
    # Files that a step leaves there are deleted with its folder.
    os.environ["TMPDIR"] = tempfile.tempdir = os.path.join(folder, "tmp")
    sys.path.insert(0, os.getcwd())
    sys.argv = [""]
    # The original streams belong to the guardian.
    sys.__stdout__, sys.__stderr__ = (
        open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False) for descriptor in (1, 2)
    )
    sys.stdout, sys.stderr = channel.open_stream(b"o", 1), channel.open_stream(b"e", 2)
    interpreter.begin(os.getcwd())
