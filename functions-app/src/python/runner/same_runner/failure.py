"""What a raised exception looks like to the person who wrote the step."""

import os
import traceback

_MAX_MESSAGE = 4_000
_MAX_TRACEBACK = 32_000
_HERE = os.path.dirname(os.path.abspath(__file__))


def describe(error):
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ not in ("builtins", "__main__", "__sameproject_user_code__"):
        name = "%s.%s" % (kind.__module__, name)
    return {
        "type": name,
        "message": _shorten(_text_of(error), _MAX_MESSAGE),
        "traceback": _shorten(_traceback_of(error), _MAX_TRACEBACK),
    }


def _text_of(error):
    try:
        return str(error)
    except Exception:
        return "(its message cannot be shown)"


def _traceback_of(error):
    """Without the frames of the runner itself."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(_HERE):
        frames = frames.tb_next
    try:
        lines = traceback.format_exception(type(error), error, frames)
    except Exception:
        return ""
    header = "Traceback (most recent call last):\n"
    text = "".join(lines).rstrip("\n")
    return text if text.startswith("Traceback ") else header + text


def _shorten(text, limit):
    """Keeps both ends: where it began, and what it ended with."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return "%s\n... %d characters left out ...\n%s" % (text[:half], len(text) - 2 * half, text[-half:])
