"""Runs the cells of a step, one after the other, and reports what each of them does."""

import inspect
import os
import sys
import time

from .. import failure, sources
from ..display import figures, mime, publish
from . import compile_cell


class Cells:
    """The cells of one step in one module; `history` is absent if the step's request has no cells."""

    def __init__(self, module, channel, history=None, keeps_results=False):
        self._module, self._channel = module, channel
        self._history, self.shell = history, None
        self.keeps_results = keeps_results
        self.compiler = compile_cell.Compiler()
        self.count = 0
        # By variable: the number of the cell that created it.
        self.makers = {}
        self.code_ms = 0.0
        self.has_exited = False
        self.file_name = ""
        self._loop = None

    def use_shell(self, shell):
        self.shell = shell
        shell.install()

    def run(self, cells):
        """Stops at the first cell that fails; returns its `failure.describe`, otherwise None."""
        for cell in cells:
            if not cell["source"].strip():
                continue
            failed = self._run_one(cell)
            if self.has_exited or (failed is not None and not cell.get("raises")):
                return failed
        return None

    def to_state(self):
        """The state with which the cells of the next step continue."""
        state = {"count": self.count, "makers": self.makers, "flags": self.compiler.flags}
        return state if self._history is None else {**state, **self._history.to_state(self.keeps_results)}

    def restore(self, state):
        self.count = state.get("count", 0)
        self.makers = dict(state.get("makers", {}))
        self.compiler.flags = state.get("flags", 0)
        if self._history is not None:
            self._history.restore(state)
            self._history.install()

    def close(self):
        """Ends what the cells' coroutines left running."""
        if self._loop is not None:
            self._loop.close()

    def show_value(self, value):
        """Shows the value of a cell's last expression; also used as `sys.displayhook`."""
        if value is None:
            return
        if self._history is not None:
            self._history.add_output(self.count, value)
        if not publish.display_itself(value):
            data, metadata = mime.bundle_of(value)
            publish.current().result(self.count, data, metadata)

    def run_source(self, source, file_name, is_last_shown=False):
        """Runs code in the notebook's variables, as a part of the current cell."""
        sources.add(file_name, source)
        parts = self.compiler.compile(source, file_name, is_last_shown)
        value = self._evaluate(parts)
        if parts[-1][1]:
            self.show_value(value)

    def run_for_value(self, source):
        """Returns the value of an expression; None for statements, or if a semicolon suppresses the value."""
        return self._evaluate(self.compiler.compile(source, "<code in %s>" % self.file_name, True))

    def _run_one(self, cell):
        number, source = cell["number"], cell["source"]
        self.file_name = cell["file"]
        self.count += 1
        process = os.getpid()
        if self._history is not None:
            self._history.add_input(self.count, source)
            self.shell.before_cell()
        before = dict_of_ids(self._module)
        self._channel.event("cell-started", cell=number, count=self.count)
        started = time.perf_counter()
        error = None
        try:
            self.run_source(source, self.file_name, is_last_shown=self._history is not None)
        except BaseException as raised:
            error = raised
        if os.getpid() != process:
            _end_fork(error)
        # These warnings concern the cell's code, not the code that follows.
        sys.settrace(None)
        sys.setprofile(None)
        ms = (time.perf_counter() - started) * 1000
        self.code_ms += ms
        self._remember_makers(before, number)
        return self._end_cell(cell, error, ms)

    def _end_cell(self, cell, error, ms):
        self.has_exited = isinstance(error, SystemExit) and error.code in (None, 0)
        described = None
        if error is not None and not self.has_exited:
            described = failure.describe(error)
            self._channel.event(
                "error",
                # The name that Jupyter uses; the traceback contains its module.
                name=type(error).__name__,
                value=described["message"],
                traceback=described["traceback"].split("\n"),
            )
        if self.shell is not None:
            self._show_figures()
            self.shell.after_cell()
        self._channel.sync()
        self._channel.event("cell-ended", cell=cell["number"], ms=ms, status="ok" if described is None else "error")
        return described

    def _show_figures(self):
        try:
            figures.show_open()
        except Exception as error:
            print("A figure could not be shown: %s: %s" % (type(error).__name__, failure.text_of(error)), file=sys.stderr)

    def _evaluate(self, parts):
        """Runs the parts; returns the value of the last one."""
        if any(code.co_flags & inspect.CO_COROUTINE for code, _ in parts):
            return self._in_event_loop(self._evaluate_async(parts))
        value = None
        for code, _ in parts:
            value = eval(code, self._module.__dict__)
        return value

    async def _evaluate_async(self, parts):
        value = None
        for code, _ in parts:
            value = eval(code, self._module.__dict__)
            if code.co_flags & inspect.CO_COROUTINE:
                value = await value
        return value

    def _in_event_loop(self, coroutine):
        import asyncio  # Few steps need it, and it takes long to load.

        if self._loop is None:
            # One loop for all cells, so that tasks started by one cell still exist in the next.
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(coroutine)

    def _remember_makers(self, before, number):
        after = dict_of_ids(self._module)
        for name, identity in after.items():
            if before.get(name) != identity:
                self.makers[name] = number
        for name in before.keys() - after.keys():
            self.makers.pop(name, None)


def dict_of_ids(module):
    return {name: id(value) for name, value in vars(module).items() if isinstance(name, str)}


def _end_fork(error):
    """A process that the cell forked reached the end of the cell's code: only its parent produces the result."""
    code = 0
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    elif error is not None:
        code = 1
        print(failure.describe(error)["traceback"], file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit(code & 0xFF)
