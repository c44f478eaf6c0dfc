"""Where IPython is installed, its `display` and its `get_ipython` are the runner's: there is no shell of its own."""

from . import import_hooks, publish

_NAMES = ("display", "update_display", "clear_output", "publish_display_data", "DisplayHandle")


def install(shell):
    def take_display(module):
        for name in _NAMES:
            if hasattr(module, name):
                setattr(module, name, getattr(publish, name))

    def take_shell(module):
        module.get_ipython = lambda: shell

    import_hooks.after_import("IPython.core.display_functions", take_display)
    # Before version 7.23 they were here; later it takes them from above.
    import_hooks.after_import("IPython.core.display", take_display)
    import_hooks.after_import("IPython.core.getipython", take_shell)
