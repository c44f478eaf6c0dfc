"""Placeholders for variables that cannot be passed on: using one in any way raises an error with the reason."""

# The code is part of the session, so that clients without any package of ours or upstream's can load it.
_SOURCE = '''
def load(reason):
    try:
        from sameproject.ops.explode import deserialise
    except Exception:
        return make(reason)
    return deserialise(RuntimeError(reason))


def make(reason):
    def explode(self, *args, **kwargs):
        raise RuntimeError(reason)

    def get(self, name):
        if name in ("__class__", "__reduce_ex__", "__reduce__", "__is_exploding_variable__"):
            return object.__getattribute__(self, name)
        raise RuntimeError(reason)

    def reduce(self, protocol=None):
        return eval, (expression, {"source": source, "expression": expression, "reason": reason})

    members = {"__%s__" % name: explode for name in names.split()}
    members.update(
        __module__="builtins",
        __getattribute__=get,
        __reduce_ex__=reduce,
        __reduce__=reduce,
        __is_exploding_variable__=lambda self: True,
    )
    return type("ExplodingVariable", (), members)()


names = """
setattr delattr repr str bytes format lt le eq ne gt ge hash bool dir call len length_hint getitem setitem delitem iter next
reversed contains add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or radd rsub rmul rmatmul rtruediv
rfloordiv rmod rdivmod rpow rlshift rrshift rand rxor ror iadd isub imul imatmul itruediv ifloordiv imod ipow ilshift irshift
iand ixor ior neg pos abs invert complex int float index round trunc floor ceil enter exit aenter aexit aiter anext await
fspath copy deepcopy sizeof instancecheck subclasscheck
"""
'''

# exec() returns None, so `or` continues to what the source defined.
_EXPRESSION = (
    "(lambda scope: exec(source, scope) or scope['load'](reason))({'source': source, 'expression': expression})"
)


def make(reason):
    scope = {"source": _SOURCE, "expression": _EXPRESSION}
    exec(_SOURCE, scope)
    return scope["make"](reason)


def is_exploding(value):
    """Checks only the type: any access to the object itself would raise."""
    return hasattr(type(value), "__is_exploding_variable__") or type(value).__name__ == "ExplodingVariable"


def reason_of(value):
    try:
        str(value)
    except Exception as error:
        return str(error)
    return "It could not be passed to this step."
