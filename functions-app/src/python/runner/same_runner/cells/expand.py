"""`$name` and `{expression}` in the lines of magics and commands, by IPython's rules."""

import re

_PARTS = re.compile(r"\$\$|\{\{|\}\}|\$(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|\{(?P<expression>[^{}]+)\}")


def variables(text, scope):
    """Unknown names are unchanged, because they may be the shell's own. So is the whole text if an expression fails."""

    def replace(match):
        if match.group("name"):
            return _of_name(match, scope)
        if match.group("expression"):
            return str(eval(match.group("expression"), scope))
        return match.group()[0]

    if "$" not in text and "{" not in text:
        return text
    try:
        return _PARTS.sub(replace, text)
    except Exception:
        return text


def _of_name(match, scope):
    name = match.group("name")
    if name.partition(".")[0] not in scope:
        return match.group()
    return str(eval(name, scope))
