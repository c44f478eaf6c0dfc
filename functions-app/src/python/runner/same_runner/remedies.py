"""Suggestions for variables that cannot reach the next step, by type."""

_IN_ITS_STEP = "Create it in the step that uses it, or delete it (`del %s`) at the end of its step."
_BY_TYPE = [
    (("generator", "async_generator"), "Convert it to a list, or create it in the step that uses it."),
    (("coroutine", "_asyncio.Task", "_asyncio.Future", "asyncio."), "Await it in the step that creates it."),
    (
        ("sqlite3.", "psycopg", "pymysql.", "MySQLdb.", "sqlalchemy.", "pyodbc.", "duckdb.", "_duckdb.", "pymongo.", "redis."),
        "Open the connection in the step that uses it.",
    ),
    (("socket.", "_socket.", "ssl.", "http.client.", "urllib3.", "requests.", "aiohttp.", "httpx."), "Connect again in the step that uses it."),
    (("threading.", "_thread.", "concurrent.futures."), "Start and end it within one step; pass on its results."),
    (("_io.", "tempfile."), "Open it in the step that uses it."),
    (("multiprocessing.", "subprocess."), "A process ends with its step: pass on its results."),
]
_TOO_LARGE = "Write it to a file, keep only what later steps need, or raise the limit."


def remedy_for(name, type_name):
    for beginnings, text in _BY_TYPE:
        if any(type_name == it or (it[-1] == "." and type_name.startswith(it)) or type_name.startswith(it + ".") for it in beginnings):
            return text
    return _IN_ITS_STEP % name


def remedy_for_size():
    return _TOO_LARGE
