"""Files that are open at the end of a step: the next step has them open at the same position, and their content is kept.

A file below the working directory has another path in the next step, so its path is stored relative to that directory: `("work", PATH)`.
"""

import io
import os
import pickle
import stat
import sys

KINDS = (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO)
_STREAMS = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")
# Read once at each boundary, to find out how the file treats line endings.
_MAX_PEEK = 4 << 20
# Read twice if a loop over the lines has not ended: until then, Python does not report the position.
_MAX_READ = 256 << 20


def stream_name(file):
    """The name of one of Python's own streams; None for any other."""
    for name in _STREAMS:
        if file is getattr(sys, name, None) and (name.startswith("__") or not isinstance(_raw_of(file), io.FileIO)):
            return name
    return None


def describe(file, work):
    """The description for `reopen`; None for an object that is not a file on a disk. Raises PicklingError if the next step cannot open it.

    `work`: the working directory at the start of a step.
    """
    raw = file if isinstance(file, io.FileIO) else _raw_of(file)
    if not isinstance(raw, io.FileIO):
        raise pickle.PicklingError("it is read or written through %s" % type(raw).__name__)
    if file.closed:
        return {**_form_of(file, raw), "path": None}
    if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
        return None
    path = _path_of(raw)
    if path is None:
        raise pickle.PicklingError("the file has no name any more")
    return {**_form_of(file, raw), "path": _portable(path, work), **_place_of(file, path)}


def reopen(described):
    """Returns an equal file object; closed if it was, or if it cannot be opened any more."""
    path = described["path"]
    if isinstance(path, tuple):
        path = os.path.join(os.getcwd(), path[1])
    try:
        return _open(described, path)
    except OSError as error:
        print("The file %s could not be opened again: %s" % (described["name"], error), file=sys.stderr)
        return _open(described, None)


def _open(described, path):
    def opener(_, flags):
        # The file was truncated when it was first opened.
        return os.open(os.devnull if path is None else path, flags & ~(os.O_TRUNC | os.O_EXCL | os.O_CREAT))

    buffering = 0 if described["kind"] == "FileIO" else -1
    text = described.get("text", {})
    file = open(described["name"], described["mode"], buffering, opener=opener, newline=described.get("newline"), **text)
    if text:
        file.reconfigure(**described["writing"])
    if path is None:
        file.close()
    elif described["position"] is not None:
        file.seek(described["position"])
    return file


def _raw_of(file):
    buffer = getattr(file, "buffer", file)
    return getattr(buffer, "raw", buffer)


def _form_of(file, raw):
    name = raw.name
    form = {"kind": type(file).__name__, "mode": raw.mode, "name": name}
    if not isinstance(name, (str, bytes)):
        form["name"] = "<closed>" if file.closed else _path_of(raw)
    if not isinstance(file, io.TextIOWrapper):
        return form
    mode = getattr(file, "mode", None)
    form["mode"] = mode if isinstance(mode, str) else raw.mode.replace("b", "")
    text = {"encoding": file.encoding, "errors": file.errors}
    return {**form, "text": text, "writing": {"line_buffering": file.line_buffering, "write_through": file.write_through}}


def _path_of(raw):
    """Any name under which the file still exists; None if it has been removed or never had one."""
    opened = os.fstat(raw.fileno())
    names = [raw.name] if isinstance(raw.name, (str, bytes)) else []
    # The name may be relative to an earlier working directory.
    for find in (lambda: os.readlink("/proc/self/fd/%d" % raw.fileno()), *(lambda name=name: os.path.abspath(os.fsdecode(name)) for name in names)):
        try:
            path = find()
            if os.path.samestat(os.stat(path), opened):
                return path
        except OSError:
            pass
    return None


def _portable(path, work):
    if path.startswith(work + os.sep):
        return "work", path[len(work) + 1 :]
    if path.startswith(os.path.dirname(work) + os.sep):
        raise pickle.PicklingError("the file is in the step's temporary folder, which is removed with the step")
    return path


def _place_of(file, path):
    if not isinstance(file, io.TextIOWrapper):
        if not isinstance(file, io.FileIO):
            file.flush()
        return {"position": file.tell()}
    try:
        position = file.tell()
    except OSError:
        position = None
    file.flush()
    size = os.fstat(file.fileno()).st_size
    if position is not None and (not file.readable() or size > _MAX_PEEK):
        return {"position": position}
    if size > _MAX_READ:
        raise pickle.PicklingError("a loop over its lines has not ended, and it is too large to find the position")
    try:
        rest = file.read()
    except ValueError:  # From here on, it is not text.
        if position is None:
            raise
        rest = ""
    newline = "" if "\r" in rest else None
    if position is None:
        position = _position_before(len(rest), path, file, newline)
    file.seek(position)
    return {"position": position, "newline": newline}


def _position_before(rest, path, file, newline):
    """The position of the text that is `rest` characters before the end."""
    with open(path, encoding=file.encoding, errors=file.errors, newline=newline) as again:
        count = len(again.read()) - rest
        again.seek(0)
        again.read(count)
        return again.tell()
