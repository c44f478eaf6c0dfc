export { PythonNotFoundError } from "./errors.ts";
export { findPython, listPythons, type PythonSearch, type RejectedPython } from "./find-python.ts";
export { type Interpreter, OLDEST_MINOR, type PythonOrigin, probeInterpreter } from "./probe-interpreter.ts";
