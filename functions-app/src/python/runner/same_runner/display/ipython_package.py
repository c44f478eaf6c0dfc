"""If IPython is installed, replaces its `display` and `get_ipython` with the runner's, because there is no IPython shell."""

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
    # Before version 7.23 they were defined here; later versions import them from above.
    import_hooks.after_import("IPython.core.display", take_display)
    import_hooks.after_import("IPython.core.getipython", take_shell)
