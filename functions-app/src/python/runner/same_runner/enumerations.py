"""The parts of an enumeration, from which it can be created again elsewhere."""

import enum
import pickle
import types

META = enum.EnumMeta
_MADE_BY_PYTHON = {
    "__dict__",
    "__firstlineno__",
    "__new__",
    "__new_member__",
    "__reduce_ex__",
    "__static_attributes__",
    "__weakref__",
}


def parts_of(kind):
    """Arguments of `types.new_class`, with the class's body as a dictionary in the last place. Raises PicklingError if they are not sufficient."""
    options = {"metaclass": type(kind)}
    if issubclass(kind, enum.Flag) and hasattr(kind, "_boundary_"):
        options["boundary"] = kind._boundary_
    body = _body_of(kind)
    _check(kind, options, body)
    return kind.__name__, kind.__bases__, options, body


def _body_of(kind):
    inherited = [vars(base) for base in kind.__mro__[1:]]
    body = {
        name: value
        for name, value in vars(kind).items()
        if not _is_made_by_python(name, kind) and not any(base.get(name) is value for base in inherited)
    }
    if "__new_member__" in vars(kind):
        body["__new__"] = vars(kind)["__new_member__"]
    body.update((name, member._value_) for name, member in kind._member_map_.items())
    return body


def _is_made_by_python(name, kind):
    is_of_enum = name.startswith("_") and name.endswith("_") and not name.startswith("__") and name != "_missing_"
    return is_of_enum or name in _MADE_BY_PYTHON or name in kind._member_map_


def _check(kind, options, body):
    try:
        made = types.new_class(kind.__name__, kind.__bases__, dict(options), lambda scope: _fill(scope, body))
        same = {name: it._value_ for name, it in made._member_map_.items()} == {
            name: it._value_ for name, it in kind._member_map_.items()
        }
    except Exception as error:
        raise pickle.PicklingError("the enumeration %s cannot be recreated: %s" % (kind.__qualname__, error)) from None
    if not same:
        raise pickle.PicklingError("the enumeration %s cannot be recreated from its values" % kind.__qualname__)


def _fill(scope, body):
    for name, value in body.items():
        scope[name] = value
