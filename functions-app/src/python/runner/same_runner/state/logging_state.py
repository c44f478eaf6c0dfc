"""The configuration of `logging`: levels, and handlers that write to the cell's output or to files."""

import sys

from . import process

_STREAMS = ("stdout", "stderr")

_before = {}
_lost = []


def begin():
    logging = sys.modules.get("logging")
    _before["names"] = dict(logging._levelToName) if logging else {}
    _before["loggers"] = _describe_all(logging) if logging else {}
    _lost.clear()


def changes():
    logging = sys.modules.get("logging")
    if logging is None:
        return None
    plain = _describe(logging, logging.Logger("plain"))
    changed = {name: it for name, it in _describe_all(logging).items() if it != _before["loggers"].get(name, plain)}
    names = {level: name for level, name in logging._levelToName.items() if _before["names"].get(level) != name}
    state = {
        "loggers": changed,
        "disabled": logging.root.manager.disable,
        "captures": logging._warnings_showwarning is not None,
        "names": names,
    }
    return state if changed or state["disabled"] or state["captures"] or names else None


def restore(state):
    import logging

    for level, name in state["names"].items():
        logging.addLevelName(level, name)
    for name, described in state["loggers"].items():
        logger = logging.getLogger(name) if name else logging.root
        logger.setLevel(described["level"])
        logger.propagate, logger.disabled = described["propagate"], described["disabled"]
        present = _describe(logging, logger)["handlers"]
        for handler in described["handlers"]:
            if handler not in present:
                logger.addHandler(_make(logging, handler))
    logging.disable(state["disabled"])
    logging.captureWarnings(state["captures"])


def take_lost():
    texts = list(_lost)
    _lost.clear()
    return texts


def _describe_all(logging):
    loggers = {"": logging.root}
    loggers.update((name, it) for name, it in logging.root.manager.loggerDict.items() if isinstance(it, logging.Logger))
    return {name: _describe(logging, it) for name, it in loggers.items()}


def _describe(logging, logger):
    handlers = [_describe_handler(logging, logger, it) for it in logger.handlers]
    return {
        "level": logger.level,
        "propagate": logger.propagate,
        "disabled": logger.disabled,
        "handlers": [it for it in handlers if it is not None],
    }


def _describe_handler(logging, logger, handler):
    kind = type(handler)
    if kind is logging.NullHandler or kind is getattr(logging, "_StderrHandler", None):
        return None
    target = None
    if kind is logging.StreamHandler:
        target = next((name for name in _STREAMS if handler.stream in (getattr(sys, name), getattr(sys, "__%s__" % name))), None)
    elif kind is logging.FileHandler:
        target = {"file": process.portable(handler.baseFilename), "encoding": handler.encoding}
    formatter = handler.formatter
    if target is None or handler.filters or type(formatter) not in (type(None), logging.Formatter):
        name = logger.name if logger is not logging.root else "root"
        text = "The handler %r of the logger %s cannot be passed to the next step. Add it again in the step that logs."
        _lost.append(text % (kind.__name__, name))
        return None
    return {"target": target, "level": handler.level, "format": _describe_format(logging, formatter)}


def _describe_format(logging, formatter):
    if formatter is None:
        return None
    style = next((key for key, (kind, _) in logging._STYLES.items() if type(formatter._style) is kind), "%")
    return {"fmt": formatter._fmt, "datefmt": formatter.datefmt, "style": style}


def _make(logging, described):
    target = described["target"]
    if isinstance(target, str):
        handler = logging.StreamHandler(getattr(sys, target))
    else:
        handler = logging.FileHandler(process.local(target["file"]), mode="a", encoding=target["encoding"])
    handler.setLevel(described["level"])
    if described["format"] is not None:
        handler.setFormatter(logging.Formatter(**described["format"]))
    return handler
