"""dill's pickler for a session, with fixes for objects that dill writes in a form that cannot be loaded.

dill refers to some objects of the session's module by name, but loading fills that module last. This concerns classes that their own
attributes refer to (a singleton, a registry), enumerations, type variables, and objects that reduce to their own name. Here they are
written by value, in a form that any plain dill can load, or refused, so that they explode and the rest is passed on.
"""

import collections
import copyreg
import pathlib
import pickle
import sys
import threading
import types
import typing
import warnings

import dill
from dill import _dill
from dill import session as _session

from . import enumerations, own_objects, shared_objects
from .handover import carrier as carriers
from .handover import open_files
from .outputs import channel
from .state import process

_RLOCK = type(threading.RLock())
_PATHS = (pathlib.PosixPath, pathlib.PurePosixPath)
_ATOMS = (int, float, complex, bool, str, bytes, type(None))


# The protocol that upstream's clients can read, whatever the default of this Python.
_PROTOCOL = 4
# Supports buffers, which some libraries provide only for it.
_PROTOCOL_OF_STEPS = 5


def dump_session(file, module):
    """In a form that any plain dill can load. `file` has a `restart`."""
    _dump(file, module, module, first_pass=True)


def dump_for_step(file, module, loaded=None):
    """In a form for `read_for_step` only. Returns the carrier of the values that are not in the pickle."""
    return _dump(file, module, module, first_pass=True, carries=True, loaded=loaded)


def try_dump(value, module, carries=True):
    """Raises the error of the value's pickling."""
    _dump(_Nowhere(), value, module, first_pass=False, carries=carries)


def read_for_step(file, module, loaded):
    """The reverse of `dump_for_step`, into a module of the same name."""
    unpickler = _Unpickler(file, loaded)
    unpickler._session, unpickler._main = True, module
    file.seek(0)
    unpickler.load()
    _session._restore_modules(unpickler, module)


def _dump(file, value, module, first_pass, carries=False, loaded=None):
    late = {}
    while True:
        carrier = carriers.Carrier(loaded) if carries else None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _Pickler(file, module, late, first_pass, carrier).dump(value)
            return carrier
        except _SelfReference as found:
            if id(found.kind) in late:
                raise pickle.PicklingError("the class %s refers to itself" % found.kind.__qualname__) from None
            late[id(found.kind)] = found.kind
            file.restart()


class _Nowhere:
    def write(self, data):
        return len(data)

    def restart(self):
        pass


class _SelfReference(Exception):
    """A class is needed while it is being written: its attributes must follow it."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


class _Dispatch(dict):
    """Delegates everything else to dill, at the time of use: dill registers numpy's types when it meets them."""

    def get(self, kind, default=None):
        own = super().get(kind)
        if own is None:
            own = self._find(kind)
            if own is not None:
                self[kind] = own
        return default if own is None else own

    @staticmethod
    def _find(kind):
        if issubclass(kind, enumerations.META):
            return _save_enumeration
        if issubclass(kind, type):
            return _save_class
        if kind is types.FunctionType:
            return _save_function
        if kind in _PATHS:
            return _save_path
        if kind is _RLOCK:
            return _save_rlock
        if kind in open_files.KINDS or kind is channel.Stream:
            return _save_open_file
        saver = carriers.saver_of(kind)
        if saver is not None:
            return _carried(saver, kind)
        found = dill.Pickler.dispatch.get(kind) or (_save_exception if issubclass(kind, BaseException) else None)
        if shared_objects.has_shared(kind):
            return _or_shared(found)
        return _save_private if found is None and carriers.is_private(kind) else found


def _carried(saver, kind):
    def save(pickler, value):
        carrier = pickler.carrier
        if carrier is None or not saver(carrier, pickler, value):
            _save_plainly(pickler, value, kind)

    return save


def _save_plainly(pickler, value, kind):
    if pickler.expect is not None:
        pickler.expect(len(value) if kind in (bytes, bytearray) else getattr(value, "nbytes", 0))
    own = dill.Pickler.dispatch.get(kind)
    if own is not None:
        return own(pickler, value)
    carriers.save_as_pickle_does(pickler, value)


def _save_path(pickler, path):
    place = process.portable(str(path)) if pickler.carrier is not None else path
    if isinstance(place, tuple):
        pickler.carrier.save_path(pickler, (type(path), place[1]), path)
    else:
        carriers.save_as_pickle_does(pickler, path)


def _save_rlock(pickler, lock):
    """With dill, the lock is held after loading, by a thread that cannot release it."""
    if not repr(lock).startswith("<unlocked"):
        raise pickle.PicklingError("the lock is held")
    pickler.save_reduce(threading.RLock, (), obj=lock)


def _or_shared(save_own):
    def save(pickler, value):
        reduced = shared_objects.reduce(value)
        if reduced is not None:
            pickler.save_reduce(*reduced, obj=value)
        elif save_own is not None:
            save_own(pickler, value)
        else:
            carriers.save_as_pickle_does(pickler, value)

    return save


# For clients, whose folder contains other files: dill would truncate or create a file of that name.
_CLOSED = """
import io, os
value = io.open(name, mode, 0 if kind == "FileIO" else -1, opener=lambda *_: os.open(os.devnull, os.O_RDWR), **text)
value.close()
"""


def _save_open_file(pickler, file):
    name = open_files.stream_name(file)
    if name is not None:
        return pickler.save_reduce(getattr, (sys, name), obj=file)
    described = open_files.describe(file, process.work_folder())
    if described is None:
        return _save_plainly(pickler, file, type(file))
    if pickler.carrier is None:
        named = {name: described[name] for name in ("name", "mode", "kind")}
        return pickler.save_reduce(*own_objects.rebuild(_CLOSED, **named, text=described.get("text", {})), obj=file)
    pickler.carrier.save_file(pickler, described, file)


def _save_private(pickler, value):
    if pickler.carrier is None:
        carriers.save_as_pickle_does(pickler, value)
    else:
        pickler.carrier.save_private(pickler, value)


class _Pickler(dill.Pickler):
    # dill recognizes its own picklers by this.
    __module__ = dill.Pickler.__module__
    dispatch = _Dispatch()

    def __init__(self, file, module, late, first_pass, carrier):
        super().__init__(file, _PROTOCOL if carrier is None else _PROTOCOL_OF_STEPS)
        self.carrier = carrier
        self.expect = getattr(file, "expect", None)
        # The same setup as in dill.dump_session. After the first pass, a function's globals are only a reference to the module.
        self._original_main = self._main = module
        self._byref = self._recurse = self._main_modified = False
        # Loading a session opens its files at their positions, and truncates nothing.
        self._fmode = dill.CONTENTS_FMODE
        self._session = True
        self._first_pass = first_pass
        self.late = late

    def save_global(self, obj, name=None):
        build = _BY_VALUE.get(type(obj))
        if build is not None and not self._is_importable(obj):
            return self.save_reduce(*build(obj), obj=obj)
        # In a notebook, `__name__` is `__main__`.
        if getattr(obj, "__module__", None) in (self._main.__name__, "__main__"):
            if isinstance(obj, type):
                raise _SelfReference(obj)
            raise pickle.PicklingError("it is only written as the name %r" % (name or type(obj).__name__))
        super().save_global(obj, name)

    def _is_importable(self, obj):
        module = sys.modules.get(obj.__module__)
        return module is not self._main and getattr(module, obj.__name__, None) is obj


class _Unpickler(dill.Unpickler):
    # The same as for the pickler.
    __module__ = dill.Unpickler.__module__

    def __init__(self, file, loaded):
        super().__init__(file)
        self._loaded = loaded

    def persistent_load(self, reference):
        return self._loaded.get(reference)


def _save_function(pickler, function):
    if own_objects.is_own(function):
        return pickler.save_reduce(*own_objects.refer(function), obj=function)
    dill.Pickler.dispatch[types.FunctionType](pickler, function)


def _save_class(pickler, kind):
    if own_objects.is_own(kind):
        return pickler.save_reduce(*own_objects.refer(kind), obj=kind)
    if id(kind) in pickler._postproc and not _dill._locate_function(kind, pickler):
        raise _SelfReference(kind)
    if kind.__bases__ == (tuple,) and hasattr(kind, "_fields"):
        return _dill.save_type(pickler, kind, _methods_of_named_tuple(kind))
    if id(kind) not in pickler.late:
        return _dill.save_type(pickler, kind)
    values = {name: value for name, value in vars(kind).items() if _is_data(name, value)}
    try:
        for name, value in values.items():
            # Code that runs while the class is loaded may read the attribute, or fill the container.
            type.__setattr__(kind, name, type(value)() if type(value) in (dict, list, set) else None)
        _dill.save_type(pickler, kind, [(setattr, (kind, name, value)) for name, value in values.items()])
    finally:
        for name, value in values.items():
            type.__setattr__(kind, name, value)


def _methods_of_named_tuple(kind):
    """dill recreates it from its fields only."""
    made = vars(collections.namedtuple("made", kind._fields)).keys() | {"__orig_bases__", "__firstlineno__", "__static_attributes__"}
    return [(setattr, (kind, name, value)) for name, value in vars(kind).items() if name not in made]


def _is_data(name, value):
    """Excludes methods and the like, and attributes that Python manages itself."""
    is_reserved = name.startswith("_abc_") or (name.startswith("__") and name.endswith("__"))
    return not is_reserved and type(value) not in _ATOMS and not hasattr(type(value), "__get__")


def _save_enumeration(pickler, kind):
    if _dill._locate_function(kind, pickler):
        return pickle._Pickler.save_global(pickler, kind)
    *made, body = enumerations.parts_of(kind)
    update = _dill.PartialType(_dill._setitems, source=body)
    _dill._save_with_postproc(pickler, (types.new_class, (*made, update)), obj=kind)


def _save_exception(pickler, error):
    kind = type(error)
    plain = kind.__reduce__ is BaseException.__reduce__ and kind.__reduce_ex__ is object.__reduce_ex__
    if plain and isinstance(kind.__init__, types.FunctionType):
        # By default, `__init__` is called with the arguments that it passed to its base's, which need not be its own parameters.
        return pickler.save_reduce(copyreg.__newobj__, (kind, *error.args), error.__dict__ or None, obj=error)
    reduced = error.__reduce_ex__(pickler.proto)
    if isinstance(reduced, str):
        return pickler.save_global(error, reduced)
    pickler.save_reduce(*reduced, obj=error)


def _type_variable(variable):
    options = {"bound": variable.__bound__, "covariant": variable.__covariant__, "contravariant": variable.__contravariant__}
    if getattr(variable, "has_default", bool)():
        options["default"] = variable.__default__
    return _dill.PartialType(typing.TypeVar, variable.__name__, *variable.__constraints__, **options), ()


_BY_VALUE = {typing.TypeVar: _type_variable}
if isinstance(typing.NewType, type):
    _BY_VALUE[typing.NewType] = lambda kind: (typing.NewType, (kind.__name__, kind.__supertype__))
for _name in ("ParamSpec", "TypeVarTuple"):
    if hasattr(typing, _name):
        _BY_VALUE[getattr(typing, _name)] = lambda variable: (type(variable), (variable.__name__,))
