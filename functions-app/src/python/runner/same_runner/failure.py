"""What a raised exception looks like to the person who wrote the step."""

import linecache
import os
import traceback

_MAX_MESSAGE = 4_000
_MAX_TRACEBACK = 32_000
_MAX_NAME = 200
_HERE = os.path.dirname(os.path.abspath(__file__))


def describe(error, step_file=None):
    """`step_file` is the name under which the step's own code was compiled."""
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ not in ("builtins", "__main__", "__sameproject_user_code__"):
        name = "%s.%s" % (kind.__module__, name)
    if isinstance(error, SyntaxError) and error.text is None and error.filename == step_file:
        # What Python finds only after parsing, it looks up in the file, which this is not.
        error.text = linecache.getline(step_file, error.lineno or 0) or None
    return {
        "type": name[:_MAX_NAME],
        "message": _shorten(text_of(error), _MAX_MESSAGE),
        "traceback": _shorten(_traceback_of(error, step_file), _MAX_TRACEBACK),
    }


def text_of(error):
    try:
        return str(error)
    except BaseException:  # It is the step's own code.
        return "(its message cannot be shown)"


def _traceback_of(error, step_file):
    """From the step's own code on, without the frames of what runs it."""
    frames = _first(error.__traceback__, lambda file: file == step_file)
    if frames is None:
        frames = _first(error.__traceback__, lambda file: not file.startswith(_HERE))
    try:
        lines = traceback.format_exception(type(error), error, frames)
    except Exception:
        return ""
    header = "Traceback (most recent call last):\n"
    text = "".join(lines).rstrip("\n")
    return text if text.startswith("Traceback ") else header + text


def _first(frames, fits):
    while frames is not None and not fits(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return frames


def _shorten(text, limit):
    """Keeps both ends: where it began, and what it ended with."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return "%s\n... %d characters left out ...\n%s" % (text[:half], len(text) - 2 * half, text[-half:])
