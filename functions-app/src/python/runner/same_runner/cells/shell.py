"""The object that `get_ipython()` returns: the part of IPython's shell that notebooks and libraries use, without IPython."""

import builtins
import sys

from .. import own_objects
from ..display import mime, publish
from . import commands, expand, magics


class Config(dict):
    """Sections of options, created on access."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self.setdefault(name, Config())

    def __setattr__(self, name, value):
        self[name] = value


class Events:
    """Functions that run around every cell."""

    NAMES = ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell")

    def __init__(self):
        self.callbacks = {name: [] for name in self.NAMES}

    def register(self, event, function):
        if function not in self.callbacks.setdefault(event, []):
            self.callbacks[event].append(function)

    def unregister(self, event, function):
        self.callbacks[event].remove(function)

    def trigger(self, event):
        for function in list(self.callbacks.get(event, ())):
            try:
                function(*[None] * _positional_count(function))
            except Exception as error:
                print("Error in callback %r (for %s): %s" % (function, event, error), file=sys.stderr)


class Formatter:
    """Functions by class, for one MIME type."""

    def __init__(self, kind):
        self._known = mime.registered.setdefault(kind, {})
        self.enabled = True

    def for_type(self, kind, function=None):
        key = kind
        before = self._known.get(key)
        if function is not None:
            self._known[key] = function
        return before

    def for_type_by_name(self, module, name, function=None):
        return self.for_type("%s.%s" % (module, name), function)

    def pop(self, kind, default=None):
        return self._known.pop(kind, default)


class DisplayFormatter:
    def __init__(self):
        self.formatters = {kind: Formatter(kind) for kind in mime.registered}

    def format(self, obj, include=None, exclude=None):
        return mime.bundle_of(obj, include, exclude)


class DisplayPublisher:
    def publish(self, data, metadata=None, *, transient=None, update=False, **_):
        publish.publish_display_data(data, metadata, transient=transient, update=update)

    def clear_output(self, wait=False):
        publish.clear_output(wait)


# Programs recognize by this name that they run in a notebook.
_SHELL = """
import builtins
value = getattr(builtins, "get_ipython", lambda: None)()
"""


class ZMQInteractiveShell:
    def __init__(self, cells, module, history):
        self._cells = cells
        self.user_module, self.user_ns = module, module.__dict__
        self.config, self.events = Config(), Events()
        self.display_formatter, self.display_pub = DisplayFormatter(), DisplayPublisher()
        self.history = history
        self._magics = magics.Magics(self)

    def __reduce__(self):
        # In a later step, this is the shell of that step.
        return own_objects.rebuild(_SHELL)

    def install(self):
        builtins.get_ipython = lambda: self
        sys.displayhook = self._cells.show_value

    def __repr__(self):
        return "<the shell of same-kit, with what notebooks use of IPython's>"

    @property
    def execution_count(self):
        return self._cells.count

    @property
    def user_global_ns(self):
        return self.user_ns

    def before_cell(self):
        self.events.trigger("pre_execute")
        self.events.trigger("pre_run_cell")

    def after_cell(self):
        self.events.trigger("post_execute")
        self.events.trigger("post_run_cell")

    def run_line_magic(self, name, line="", _stack_depth=1):
        return self._magics.run_line(name, self._expanded(name, line))

    def run_cell_magic(self, name, line, cell):
        return self._magics.run_cell(name, self._expanded(name, line), cell)

    def _expanded(self, name, line):
        # Their argument is Python code, in which braces are sets and dictionaries.
        return line if name in ("time", "timeit", "config") else expand.variables(line, self.user_ns)

    def magic(self, text):
        name, _, line = text.lstrip("%").partition(" ")
        return self.run_line_magic(name, line.strip())

    def register_magic_function(self, function, magic_kind="line", magic_name=None):
        self._magics.register(magic_name or function.__name__, function, magic_kind)

    def find_magic(self, name, magic_kind="line"):
        return self._magics.find(name, magic_kind)

    find_line_magic = find_magic

    def find_cell_magic(self, name):
        return self._magics.find(name, "cell")

    def system(self, command):
        """`!command`. The exit code is in `_exit_code`, as in a notebook."""
        builtins._exit_code = commands.run(expand.variables(command, self.user_ns))

    def getoutput(self, command, split=True):
        """`x = !command`."""
        text = commands.output_of(expand.variables(command, self.user_ns))
        return commands.Lines(text.splitlines()) if split else text

    def ev(self, expression):
        return eval(expression, self.user_ns)

    def ex(self, code):
        exec(code, self.user_ns)

    def push(self, variables):
        self.user_ns.update(variables)

    def run_cell(self, source, **_):
        self._cells.run_source(source, "<code of %s>" % self._cells.file_name, is_last_shown=True)

    def run_body(self, source, first_line=2):
        """Runs the body of a cell magic, which begins in the second line of its cell."""
        self._cells.run_source("\n" * (first_line - 1) + source, self._cells.file_name, is_last_shown=True)

    def run_code(self, source):
        """Returns the value of an expression, or None for statements."""
        return self._cells.run_for_value(source)

    def set_next_input(self, *_, **__):
        """Has no effect: nobody is typing in a next cell."""

    def enable_gui(self, gui=None):
        """Has no effect: there is no screen."""

    def enable_matplotlib(self, gui=None):
        return "inline", "inline"

    def ask_exit(self):
        raise SystemExit


def _positional_count(function):
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None:
        return 0
    count = code.co_argcount - len(getattr(function, "__defaults__", None) or ())
    return max(0, count - (1 if hasattr(function, "__self__") else 0))
