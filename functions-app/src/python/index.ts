export { PythonNotFoundError } from "./errors.ts";
export { findPython, listPythons, type PythonSearch, type RejectedPython } from "./find-python.ts";
export {
  environmentsFolder,
  type ListedEnvironment,
  listEnvironments,
  removeEnvironment,
} from "./list-environments.ts";
export { type Interpreter, OLDEST_MINOR, type PythonOrigin, probeInterpreter } from "./probe-interpreter.ts";
