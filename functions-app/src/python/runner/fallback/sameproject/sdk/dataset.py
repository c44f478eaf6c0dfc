"""`dataset(name)`: a data set of same.yaml, for the environment that the run selects.

If pandas is installed, it reads the data, as with upstream's SDK; CSV and JSON can also be read without it.
"""

import io
import json
import os
import posixpath
import urllib.parse
import urllib.request

from .table import Table, read_csv, read_json

_TIMEOUT_S = 60
_PANDAS_READERS = {
    ".csv": "read_csv",
    ".dta": "read_stata",
    ".feather": "read_feather",
    ".htm": "read_html",
    ".html": "read_html",
    ".json": "read_json",
    ".ods": "read_excel",
    ".orc": "read_orc",
    ".parquet": "read_parquet",
    ".pickle": "read_pickle",
    ".sav": "read_spss",
    ".txt": "read_fwf",
    ".xlsx": "read_excel",
    ".xml": "read_xml",
}
_OWN_READERS = {".csv": read_csv, ".json": read_json}


def dataset(name, same_file="same.yaml"):
    """Loads the data set `name`; its file extension decides how it is read."""
    location = _location_of(name, _config(same_file), same_file)
    extension = posixpath.splitext(_file_name(location))[1].lower()
    content = _fetch(name, location)
    try:
        import pandas
    except ImportError:
        return _read_without_pandas(name, extension, content)
    if extension not in _PANDAS_READERS:
        raise ValueError("Data set '%s': files of type '%s' cannot be read." % (name, extension))
    if extension == ".json":
        content = content.lstrip(b"\xef\xbb\xbf")
    return getattr(pandas, _PANDAS_READERS[extension])(io.BytesIO(content))


def _read_without_pandas(name, extension, content) -> Table:
    if extension in _OWN_READERS:
        return _OWN_READERS[extension](content.decode("utf-8-sig"))
    raise ImportError("Data set '%s': reading '%s' needs pandas; name it in requirements.txt." % (name, extension))


def _config(same_file):
    # The app has already parsed same.yaml, because Python's standard library does not support YAML.
    parsed = os.environ.get("SAME_CONFIG_FILE")
    if same_file == "same.yaml" and parsed:
        with open(parsed, encoding="utf-8") as file:
            return json.load(file)
    try:
        import yaml
    except ImportError:
        raise ImportError("Reading '%s' needs PyYAML; name it in requirements.txt." % same_file) from None
    with open(same_file, encoding="utf-8") as file:
        return yaml.safe_load(file)


def _location_of(name, config, same_file):
    datasets = (config or {}).get("datasets") or {}
    if name not in datasets:
        raise ValueError("'%s' is not a data set of %s." % (name, same_file))
    environments = datasets[name].get("environments") or {}
    wanted = os.environ.get("SAME_ENV") or "default"
    if wanted not in environments and "default" not in environments:
        raise ValueError("The data set '%s' has no environment '%s' in %s." % (name, wanted, same_file))
    return environments.get(wanted, environments.get("default"))


def _file_name(location):
    """`data:` URLs created by same-kit contain the file's name as a parameter."""
    if not location.startswith("data:"):
        return urllib.parse.urlsplit(location).path
    for parameter in location[5:].partition(",")[0].split(";"):
        key, _, value = parameter.partition("=")
        if key == "name":
            return urllib.parse.unquote(value)
    return ""


def _fetch(name, location):
    scheme = urllib.parse.urlsplit(location).scheme
    if scheme == "ipfs":
        gateway = os.environ.get("SAME_IPFS_GATEWAY") or "https://ipfs.io/ipfs/"
        location = gateway.rstrip("/") + "/" + location[len("ipfs://") :]
    elif scheme not in ("http", "https", "data"):
        return _read_file(name, location)
    try:
        with urllib.request.urlopen(location, timeout=_TIMEOUT_S) as response:
            return response.read()
    except OSError as error:
        raise OSError("Data set '%s' could not be read from %s: %s" % (name, location[:200], error)) from None


def _read_file(name, location):
    if not os.path.exists(location):
        raise FileNotFoundError(
            "Data set '%s': the file '%s' was not sent with the run. `same-kit` sends local files; "
            "other clients need an http(s) URL." % (name, location)
        )
    with open(location, "rb") as file:
        return file.read()
