"""Describes an exception for the author of the step."""

import linecache
import os
import traceback

from . import sources

_MAX_MESSAGE = 4_000
_MAX_TRACEBACK = 32_000
_MAX_NAME = 200
_HERE = os.path.dirname(os.path.abspath(__file__))


def describe(error):
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ not in ("builtins", "__main__", "__sameproject_user_code__"):
        name = "%s.%s" % (kind.__module__, name)
    if isinstance(error, SyntaxError) and error.text is None and sources.has(error.filename):
        # For errors found after parsing, Python reads the line from the file, which does not exist here.
        error.text = linecache.getline(error.filename, error.lineno or 0) or None
    return {
        "type": name[:_MAX_NAME],
        "message": _shorten(text_of(error), _MAX_MESSAGE),
        "traceback": _shorten(_traceback_of(error), _MAX_TRACEBACK),
    }


def text_of(error):
    try:
        return str(error)
    except BaseException:  # Raised by the step's own code.
        return "(its message cannot be shown)"


def _traceback_of(error):
    """The traceback from the step's own code on, without the frames of the runner."""
    frames = _first(error.__traceback__, sources.has)
    if frames is None:
        frames = _first(error.__traceback__, lambda file: not file.startswith(_HERE))
    try:
        described = traceback.TracebackException(type(error), error, frames)
        _leave_out_runner(described)
        text = "".join(described.format()).rstrip("\n")
    except Exception:
        return ""
    return text if text.startswith("Traceback ") else "Traceback (most recent call last):\n" + text


def _first(frames, fits):
    while frames is not None and not fits(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return frames


def _leave_out_runner(described):
    """Removes frames in between, for example of a magic that runs a cell's code; also from the exception's causes."""
    waiting, seen = [described], set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        if one.stack:
            one.stack[:] = [frame for frame in one.stack if not frame.filename.startswith(_HERE)]
        waiting += [one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or ())]


def _shorten(text, limit):
    """Keeps both the beginning and the end."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return "%s\n... %d characters left out ...\n%s" % (text[:half], len(text) - 2 * half, text[-half:])
