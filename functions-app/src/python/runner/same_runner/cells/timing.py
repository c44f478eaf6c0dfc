"""`%time` and `%timeit`."""

import ast
import gc
import math
import os
import time
import timeit

_UNITS = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)]


def time_line(shell, line):
    return _timed(lambda: shell.run_code(line))


def time_cell(shell, line, body):
    if line.strip():
        shell.run_code(line)
    _timed(lambda: shell.run_body(body))


def _timed(work):
    before, started = os.times(), time.perf_counter()
    try:
        return work()
    finally:
        wall, after = time.perf_counter() - started, os.times()
        user, system = after.user - before.user, after.system - before.system
        print("CPU times: user %s, sys: %s, total: %s" % (_short(user), _short(system), _short(user + system)))
        print("Wall time: %s" % _short(wall))


class TimeitResult:
    """The object that `%timeit -o` returns."""

    def __init__(self, loops, repeat, runs):
        self.loops, self.repeat = loops, repeat
        self.all_runs = runs
        self.timings = [seconds / loops for seconds in runs]
        self.best, self.worst = min(self.timings), max(self.timings)

    @property
    def average(self):
        return math.fsum(self.timings) / len(self.timings)

    @property
    def stdev(self):
        mean = self.average
        return math.sqrt(math.fsum((it - mean) ** 2 for it in self.timings) / len(self.timings))

    def __str__(self):
        return "%s ± %s per loop (mean ± std. dev. of %d run%s, %s loop%s each)" % (
            _short(self.average),
            _short(self.stdev),
            self.repeat,
            "" if self.repeat == 1 else "s",
            format(self.loops, ","),
            "" if self.loops == 1 else "s",
        )

    def __repr__(self):
        return "<TimeitResult : %s>" % self


def timeit_line(shell, line):
    options, statement = _timeit_options(line)
    return _measure(shell, statement, "pass", options)


def timeit_cell(shell, line, body):
    options, setup = _timeit_options(line)
    return _measure(shell, body, setup or "pass", options)


def _measure(shell, statement, setup, options):
    ast.parse(statement)  # A syntax error is shown as the cell's.
    timer = timeit.Timer(statement, setup, globals=shell.user_ns)
    loops = options["n"] or timer.autorange()[0]
    was_enabled = gc.isenabled()
    runs = timer.repeat(options["r"], loops)
    if was_enabled:
        gc.enable()
    result = TimeitResult(loops, options["r"], runs)
    if not options["q"]:
        print(result)
    return result if options["o"] else None


def _timeit_options(line):
    found = {"n": 0, "r": 7, "q": False, "o": False}
    rest = line.strip()
    while rest.startswith("-"):
        word, _, rest = rest.partition(" ")
        key, value = word[1:2], word[2:]
        if key in ("n", "r"):
            if not value:
                value, _, rest = rest.lstrip().partition(" ")
            found[key] = int(value)
        elif key in found:
            found[key] = True
        rest = rest.lstrip()
    return found, rest


def _short(seconds):
    if seconds >= 60:
        return "%dmin %ds" % divmod(round(seconds), 60)
    name, scale = next((it for it in _UNITS if seconds >= it[1]), _UNITS[-1])
    return "%.3g %s" % (seconds / scale, name)
