"""The notebook's history of its cells: `In`, `Out`, `_`, `__`, `___` and `_3`, which are available like built-in names.

They are not variables of the notebook: otherwise, every session would contain them, and every result would list them.
"""

import builtins


class History:
    def __init__(self):
        self.inputs = [""]
        self.outputs = {}
        self._last = [""] * 3

    def install(self):
        builtins.In, builtins.Out = self.inputs, self.outputs
        builtins._ih, builtins._oh = self.inputs, self.outputs
        self._show_last()

    def add_input(self, count, source):
        while len(self.inputs) < count:
            self.inputs.append("")
        self.inputs.append(source)
        for name, text in zip(("_i", "_ii", "_iii"), reversed(self.inputs[-4:-1])):
            setattr(builtins, name, text)

    def add_output(self, count, value):
        self.outputs[count] = value
        self._last = [value, *self._last[:2]]
        setattr(builtins, "_%d" % count, value)
        self._show_last()

    def to_state(self, with_outputs):
        """The state with which the next step continues; includes results only if it reads them."""
        state = {"inputs": self.inputs}
        return {**state, "outputs": self.outputs, "last": self._last} if with_outputs else state

    def restore(self, state):
        self.inputs = list(state.get("inputs", [""]))
        self._last = list(state.get("last", self._last))
        self.outputs = dict(state.get("outputs", {}))
        for count, value in self.outputs.items():
            setattr(builtins, "_%d" % count, value)

    def _show_last(self):
        for name, value in zip(("_", "__", "___"), self._last):
            setattr(builtins, name, value)
