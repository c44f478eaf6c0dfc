"""The step's side of its output channel: frames to the guardian, in the order in which the step produced them.

A frame consists of a byte for its kind, four bytes of length, and the content: `o` and `e` for text on the two streams, `j` for a JSON
event. `s` asks the guardian to read first what reached descriptors 1 and 2 directly. This preserves the order of what Python prints,
what its child processes print, and what it displays.
"""

import collections
import io
import json
import os
import select
import signal
import threading

# A write of this size is atomic (PIPE_BUF of POSIX).
_ATOMIC = 512
_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD}


class Channel:
    """Writes to `frames`; `answers` confirms syncs; `printed` are the other ends of descriptors 1 and 2."""

    def __init__(self, frames, answers, printed):
        self._frames, self._answers = frames, answers
        self._printed = select.poll()
        for descriptor in printed:
            self._printed.register(descriptor, select.POLLIN)
        self._lock = threading.RLock()
        self._queue = collections.deque()
        self._writing = False
        self._sync_count = 0
        self._streams = []
        # The stream that was written to last.
        self.latest = None
        self.is_forked = False
        os.register_at_fork(before=self._flush_streams, after_in_child=self._after_fork)

    def open_stream(self, kind, descriptor):
        """A text stream that replaces `sys.stdout` or `sys.stderr`."""
        raw = _Frames(self, kind, descriptor)
        stream = Stream(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        stream.channel = self
        self._streams.append(stream)
        return stream

    def event(self, kind, **members):
        """Sends an event after everything that was printed before it."""
        self._flush_streams()
        self.send(b"j", json.dumps({"kind": kind, **members}).encode("ascii"))

    def send(self, kind, content):
        if self.is_forked:
            return
        with self._lock:
            self._queue.append((kind, content))
            # If a signal handler that prints interrupts a frame, its own frame is sent after it.
            if self._writing:
                return
            self._writing = True
            try:
                if self._has_printed():
                    self._sync()
                while self._queue:
                    self._write_frame(*self._queue.popleft())
            except OSError:
                pass  # The guardian is gone and ends this process; or the step closed a descriptor that it does not know.
            finally:
                self._writing = False

    def sync(self):
        """Returns once the guardian has read everything that was printed so far."""
        if self.is_forked:
            return
        self._flush_streams()
        with self._lock:
            try:
                self._sync()
            except OSError:
                pass

    def before(self, stream):
        """Flushes the other streams: what they buffer was printed earlier."""
        for other in self._streams:
            if other.buffer is not stream:
                _flush(other)

    def _flush_streams(self):
        for stream in self._streams:
            _flush(stream)

    def _has_printed(self):
        try:
            return bool(self._printed.poll(0))
        except (OSError, InterruptedError):
            return False

    def _sync(self):
        self._sync_count += 1
        expected = self._sync_count.to_bytes(4, "big")
        self._write_frame(b"s", expected)
        answer = b""
        # An exception in a signal handler may have left an earlier answer unread.
        while answer[-4:] != expected:
            more = os.read(self._answers, 4)
            if not more:
                return
            answer += more

    def _write_frame(self, kind, content):
        frame = kind + len(content).to_bytes(4, "big") + content
        if len(frame) <= _ATOMIC:
            os.write(self._frames, frame)
            return
        # A handler that raises between two writes would leave an incomplete frame.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            rest = memoryview(frame)
            while rest:
                rest = rest[os.write(self._frames, rest) :]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _after_fork(self):
        # Frames of several processes would mix. A fork therefore prints to descriptors 1 and 2, like any other program.
        self.is_forked = True
        self._lock = threading.RLock()
        self._writing = False
        self._queue.clear()


class Stream(io.TextIOWrapper):
    def write(self, text):
        latest = self.channel.latest
        if latest is not self:
            # What it buffers, because its line has not ended, was printed earlier.
            self.channel.latest = self
            if latest is not None:
                _flush(latest)
        return super().write(text)


class _Frames(io.RawIOBase):
    def __init__(self, channel, kind, descriptor):
        self._channel, self._kind, self._descriptor = channel, kind, descriptor

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def isatty(self):
        return False

    def write(self, data):
        content = bytes(data)
        if self._channel.is_forked:
            _write_all(self._descriptor, content)
        elif content:
            self._channel.before(self)
            self._channel.send(self._kind, content)
        return len(content)

    def close(self):
        # A step may close its output; later prints then raise, but the rest of the channel still works.
        if not self.closed and not self._channel.is_forked:
            super().close()


def _write_all(descriptor, content):
    while content:
        content = content[os.write(descriptor, content) :]


def _flush(stream):
    try:
        stream.flush()
    except (ValueError, OSError, RuntimeError):
        pass  # Closed, or in the middle of a write that a signal interrupted.
