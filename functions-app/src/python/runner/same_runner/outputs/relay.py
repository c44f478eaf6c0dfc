"""The guardian's side of a step's output: reads frames and the data on descriptors 1 and 2, and passes everything on in one order.

Messages to the app: `{"kind": "output", "stream": "stdout", "text": ...}` and `{"kind": "event", "event": ...}`.
"""

import codecs
import json
import os

_READ_BYTES = 1 << 18
# If the app is slower than the step, the step waits.
_MAX_WAITING_BYTES = 4 << 20
# A pipe is empty after the first read, unless another process keeps writing to it.
_READS_AT_ONCE = 4
_MAX_FRAME_BYTES = 1 << 30
_HEADER_BYTES = 5
_STREAMS = {b"o": "stdout", b"e": "stderr"}


class Relay:
    """`replies` is the app's end; the pipes are created here, and `child_ends` are for the step."""

    def __init__(self, replies):
        self._replies = replies
        self._waiting = bytearray()
        self._frames, frames = os.pipe()
        answers, self._answers = os.pipe()
        self._printed = {}
        outputs = []
        for stream in ("stdout", "stderr"):
            reader, writer = os.pipe()
            self._printed[reader] = (stream, _decoder())
            outputs.append(writer)
        self._decoders = {stream: _decoder() for stream in _STREAMS.values()}
        self._unread = bytearray()
        self._open = {self._frames, *self._printed}
        self.child_ends = {"frames": frames, "answers": answers, "outputs": outputs, "printed": list(self._printed)}
        for descriptor in (self._frames, *self._printed, replies):
            os.set_blocking(descriptor, False)

    def close_child_ends(self):
        """Called in the guardian: these ends belong to the step."""
        for descriptor in (self.child_ends["frames"], self.child_ends["answers"], *self.child_ends["outputs"]):
            os.close(descriptor)

    def close_own_ends(self):
        """Called in the step."""
        for descriptor in (self._frames, self._answers, self._replies):
            os.close(descriptor)

    def readers(self):
        return list(self._open) if len(self._waiting) < _MAX_WAITING_BYTES else []

    def writers(self):
        return [self._replies] if self._waiting else []

    def handle(self, readable):
        """Reads the available data, and writes what the app accepts."""
        if not readable:
            return self._write()
        # No frame is sent while printed data is unread, so waiting frames are older than that data.
        self._read_frames()
        for descriptor in self._printed:
            if descriptor in readable:
                self._read_printed(descriptor)
        self._write()

    def reply(self, message):
        self._waiting += (json.dumps(message) + "\n").encode("ascii")
        self._write()

    def finish(self):
        """Called after the step's processes have ended: reads the rest of their output, and writes everything to the app."""
        os.set_blocking(self._replies, True)
        while self._read_frames() or any([self._read_printed(descriptor) for descriptor in self._printed]):
            self._write()
        for stream, decoder in [*self._decoders.items(), *self._printed.values()]:
            self._text(stream, decoder.decode(b"", True))
        self._write()

    def _read_frames(self):
        """Returns whether there was any data."""
        has_read = False
        while self._frames in self._open and len(self._waiting) < _MAX_WAITING_BYTES:
            data = self._read(self._frames)
            if data is None:
                break
            has_read = True
            self._unread += data
            self._take_frames()
        return has_read

    def _take_frames(self):
        at, stream, text = 0, None, bytearray()
        while len(self._unread) - at >= _HEADER_BYTES:
            kind = bytes(self._unread[at : at + 1])
            length = int.from_bytes(self._unread[at + 1 : at + _HEADER_BYTES], "big")
            if kind not in b"oejs" or length > _MAX_FRAME_BYTES:
                # Something else wrote into the pipe.
                self._unread.clear()
                return
            end = at + _HEADER_BYTES + length
            if end > len(self._unread):
                break
            content = self._unread[at + _HEADER_BYTES : end]
            at = end
            # Adjacent pieces of one stream become one message.
            if text and _STREAMS.get(kind) != stream:
                self._text(stream, self._decoders[stream].decode(bytes(text)))
                text = bytearray()
            if kind in _STREAMS:
                stream = _STREAMS[kind]
                text += content
            elif kind == b"j":
                self._waiting += b'{"kind":"event","event":%b}\n' % bytes(content)
            else:
                self._answer(content)
        if text:
            self._text(stream, self._decoders[stream].decode(bytes(text)))
        del self._unread[:at]

    def _answer(self, content):
        for descriptor in self._printed:
            self._read_printed(descriptor)
        try:
            os.write(self._answers, content)
        except OSError:
            pass  # The step has ended.

    def _read_printed(self, descriptor):
        """Returns whether there was any data."""
        stream, decoder = self._printed[descriptor]
        for count in range(_READS_AT_ONCE):
            data = self._read(descriptor) if descriptor in self._open else None
            if data is None:
                return count > 0
            self._text(stream, decoder.decode(data))
        return True

    def _read(self, descriptor):
        """Returns None if there is no data now; after the end of input, the descriptor is not read again."""
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return None
        if not data:
            self._open.discard(descriptor)
            return None
        return data

    def _text(self, stream, text):
        if text:
            self._waiting += (json.dumps({"kind": "output", "stream": stream, "text": text}) + "\n").encode("ascii")

    def _write(self):
        try:
            while self._waiting:
                del self._waiting[: os.write(self._replies, self._waiting)]
        except BlockingIOError:
            pass
        except OSError:
            self._waiting.clear()  # The app is gone; the end of input shows it too.


def _decoder():
    return codecs.getincrementaldecoder("utf-8")("replace")
