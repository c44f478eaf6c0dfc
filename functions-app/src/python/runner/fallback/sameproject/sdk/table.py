"""The few features of a pandas DataFrame that small notebooks use, for Pythons without pandas."""

import csv
import io
import json


class Table:
    """Columns of equal length, by name."""

    def __init__(self, columns):
        self._columns = columns

    @property
    def columns(self):
        return list(self._columns)

    def __len__(self):
        return len(next(iter(self._columns.values()), []))

    def __getitem__(self, column):
        return self._columns[column]

    def __iter__(self):
        return iter(self._columns)

    def __eq__(self, other):
        return isinstance(other, Table) and self._columns == other._columns

    __hash__ = None

    def to_dict(self, orient="dict"):
        if orient == "list":
            return {name: list(values) for name, values in self._columns.items()}
        if orient == "records":
            return [dict(zip(self._columns, row)) for row in zip(*self._columns.values())]
        if orient == "dict":
            return {name: dict(enumerate(values)) for name, values in self._columns.items()}
        raise ValueError("orient='%s' needs pandas; name it in requirements.txt." % orient)

    def to_json(self, orient="columns"):
        if orient not in ("columns", "records"):
            raise ValueError("orient='%s' needs pandas; name it in requirements.txt." % orient)
        content = self.to_dict("dict" if orient == "columns" else orient)
        return json.dumps(content, separators=(",", ":")).replace("/", "\\/")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError("'%s' needs pandas, which is not installed; name it in requirements.txt." % name)

    def __repr__(self):
        return "Table(%d rows: %s)" % (len(self), ", ".join(map(str, self._columns)))


def read_csv(text):
    header, *rows = csv.reader(io.StringIO(text))
    width = len(header)
    padded = [row + [""] * (width - len(row)) for row in rows if row]
    return Table({name: _typed([row[index] for row in padded]) for index, name in enumerate(header)})


def read_json(text):
    content = json.loads(text)
    if isinstance(content, list):
        names = dict.fromkeys(name for record in content for name in record)
        return Table({name: [record.get(name) for record in content] for name in names})
    columns = {name: list(values.values() if isinstance(values, dict) else values) for name, values in content.items()}
    return Table(columns)


def _typed(texts):
    """A column contains whole numbers, numbers, booleans or text; an empty cell is None."""
    truths = {"True": True, "False": False, "true": True, "false": False, "TRUE": True, "FALSE": False}
    for convert in (int, float, truths.__getitem__):
        try:
            return [None if text == "" else convert(text) for text in texts]
        except (ValueError, KeyError):
            continue
    return [None if text == "" else text for text in texts]
