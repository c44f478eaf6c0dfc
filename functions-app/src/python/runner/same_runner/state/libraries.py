"""Global state of libraries: random generators and options. It is restored when the library is imported, which may be later."""

import sys

from ..display import import_hooks


def _numpy_random():
    module = sys.modules.get("numpy.random")
    return None if module is None else module.get_state(legacy=False)


def _numpy_options():
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "get_printoptions"):
        return None
    return {"print": numpy.get_printoptions(), "errors": numpy.geterr()}


def _restore_numpy_options(numpy, state):
    numpy.set_printoptions(**state["print"])
    numpy.seterr(**state["errors"])


def _pandas_options():
    pandas = sys.modules.get("pandas")
    config = sys.modules.get("pandas._config.config")
    if pandas is None or config is None:
        return None
    changed = {}
    for key, option in config._registered_options.items():
        value = config.get_option(key) if key not in config._deprecated_options else option.defval
        if value is not option.defval and value != option.defval:
            changed[key] = value
    return changed or None


def _restore_pandas_options(pandas, state):
    for key, value in state.items():
        pandas.set_option(key, value)


# These options describe what this machine can display.
_OF_THE_MACHINE = {"backend", "backend_fallback", "interactive", "toolbar", "timezone"}


def _matplotlib_options():
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is None or not hasattr(matplotlib, "rcParamsOrig"):
        return None
    before = matplotlib.rcParamsOrig
    changed = {}
    # Without reading it from rcParams, which would load a backend.
    for key, value in dict.items(matplotlib.rcParams):
        if key not in _OF_THE_MACHINE and repr(value) != repr(dict.get(before, key)):
            changed[key] = value
    return changed or None


def _restore_matplotlib_options(matplotlib, state):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matplotlib.rcParams.update(state)


def _torch_state():
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_rng_state"):
        return None
    state = {"cpu": bytes(torch.get_rng_state().tolist()), "dtype": str(torch.get_default_dtype())}
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        state["cuda"] = [bytes(it.tolist()) for it in torch.cuda.get_rng_state_all()]
    return state


def _restore_torch_state(torch, state):
    def tensor(content):
        return torch.tensor(list(content), dtype=torch.uint8)

    torch.set_rng_state(tensor(state["cpu"]))
    torch.set_default_dtype(getattr(torch, state["dtype"].rpartition(".")[2]))
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all([tensor(it) for it in state["cuda"]])


def _sklearn_options():
    sklearn = sys.modules.get("sklearn")
    return None if sklearn is None or not hasattr(sklearn, "get_config") else sklearn.get_config()


def _restore_sklearn_options(sklearn, state):
    sklearn.set_config(**state)


def _tqdm_in_pandas():
    """`tqdm.pandas()` adds methods to pandas' classes."""
    frame = getattr(sys.modules.get("pandas"), "DataFrame", None)
    return True if "tqdm" in sys.modules and hasattr(frame, "progress_apply") else None


def _restore_tqdm_in_pandas(pandas, state):
    from tqdm import tqdm

    tqdm.pandas()


def _once_imported(module, restore):
    def at_import(state):
        import_hooks.after_import(module, lambda imported: restore(imported, state))

    return at_import


PARTS = {
    "numpy.random": (_numpy_random, _once_imported("numpy.random", lambda module, state: module.set_state(state))),
    "numpy's options": (_numpy_options, _once_imported("numpy", _restore_numpy_options)),
    "pandas' options": (_pandas_options, _once_imported("pandas", _restore_pandas_options)),
    "matplotlib's options": (_matplotlib_options, _once_imported("matplotlib", _restore_matplotlib_options)),
    "torch's random state": (_torch_state, _once_imported("torch", _restore_torch_state)),
    "scikit-learn's options": (_sklearn_options, _once_imported("sklearn", _restore_sklearn_options)),
    "tqdm's methods of pandas": (_tqdm_in_pandas, _once_imported("pandas", _restore_tqdm_in_pandas)),
}
