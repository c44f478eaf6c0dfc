"""Compiles a cell's source: the statements, and the expression at the end whose value the cell shows."""

import ast
import inspect
import io
import tokenize
import __future__

_FUTURES = [getattr(__future__, name) for name in __future__.all_feature_names]


class Compiler:
    """Remembers `from __future__` imports: they also apply to the following cells."""

    def __init__(self):
        self.flags = 0

    def compile(self, source, file_name, is_last_shown):
        """Returns `[(code, is_expression)]`. Raises SyntaxError, and any other error of `compile`."""
        tree = self._compile(source, file_name, "exec", ast.PyCF_ONLY_AST)
        last = tree.body[-1] if tree.body else None
        if not is_last_shown or not isinstance(last, ast.Expr) or _is_silenced(source):
            return [(self._compile(tree, file_name, "exec"), False)]
        expression = ast.Expression(last.value)
        statements = ast.Module(tree.body[:-1], tree.type_ignores)
        parts = [(self._compile(statements, file_name, "exec"), False)] if statements.body else []
        return [*parts, (self._compile(expression, file_name, "eval"), True)]

    def _compile(self, source, file_name, mode, flags=0):
        flags |= self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        compiled = compile(source, file_name, mode, flags=flags, dont_inherit=True)
        if inspect.iscode(compiled):
            for feature in _FUTURES:
                self.flags |= compiled.co_flags & feature.compiler_flag
        return compiled


def _is_silenced(source):
    """Whether the source ends with a semicolon, possibly followed by comments."""
    last = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT):
                last = token
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return False
    return last is not None and last.string == ";"
