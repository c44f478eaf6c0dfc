import { execFile } from "node:child_process";
import { keptFacts, type PythonFacts } from "./kept-facts.ts";

/** Where an interpreter was found: a setting, an active environment, this package, PATH, or a version manager's folder. */
export type PythonOrigin = "SAME_PYTHON" | "bundled" | "VIRTUAL_ENV" | "CONDA_PREFIX" | "PATH" | "managed";

/** A Python that has been run successfully. */
export type Interpreter = {
  /** Program and first arguments that start it: a bundled one may need the loader in front of it. */
  launch: readonly [string, ...string[]];
  origin: PythonOrigin;
} & Omit<PythonFacts, "major">;

/** dill 0.4.1 and the app's own Python files need it. */
export const OLDEST_MINOR = 9;

// A cold shim on a slow disk takes seconds; a program that waits for input must not block the app.
const PROBE_TIMEOUT_MS = 20_000;

const PROBE = [
  "import json,sys",
  "from importlib.util import find_spec as f",
  "v=sys.version_info",
  "print(json.dumps({'executable':sys.executable,'version':'%d.%d.%d'%tuple(v[:3]),'minor':'%d.%d'%tuple(v[:2])," +
    "'implementation':{'cpython':'CPython','pypy':'PyPy'}.get(sys.implementation.name,sys.implementation.name)," +
    "'hasVenv':bool(f('venv') and f('ensurepip')),'isVirtualEnvironment':sys.prefix!=sys.base_prefix,'major':v[0]}))",
].join("\n");

/**
 * Starts the program and queries its version and features.
 *
 * @returns The interpreter, or why the app cannot use it, as the end of a sentence.
 */
export async function probeInterpreter(
  launch: readonly [string, ...string[]],
  origin: PythonOrigin,
  env: NodeJS.ProcessEnv,
): Promise<Interpreter | { rejected: string }> {
  const [program, ...others] = launch;
  const ask = () => run(launch, env);
  const answer = await (others.length === 0 ? keptFacts(program, env, ask) : ask());
  if ("rejected" in answer) return answer;
  const { major, ...facts } = answer.facts;
  if (facts.implementation !== "CPython") return { rejected: `is ${facts.implementation}, not CPython` };
  if (major !== 3 || Number(facts.minor.split(".")[1]) < OLDEST_MINOR) {
    return { rejected: `is Python ${facts.version}, older than 3.${OLDEST_MINOR}` };
  }
  // The real program behind a shim, because a shim costs a shell at every start.
  return { launch: launch.length === 1 ? [facts.executable] : launch, origin, ...facts };
}

function run(
  launch: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<{ facts: PythonFacts } | { rejected: string }> {
  const [program, ...first] = launch;
  return new Promise((resolve) => {
    const options = { env, timeout: PROBE_TIMEOUT_MS, killSignal: "SIGKILL", windowsHide: true } as const;
    const child = execFile(program, [...first, "-I", "-S", "-c", PROBE], options, (error, stdout, stderr) => {
      if (error) return resolve({ rejected: `does not run: ${reasonOf(error, stderr)}` });
      try {
        resolve({ facts: JSON.parse(stdout) as PythonFacts });
      } catch {
        resolve({ rejected: "does not behave like Python" });
      }
    });
    child.stdin?.on("error", () => {}).end(); // It may already have exited.
  });
}

function reasonOf(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.killed) return `no answer within ${PROBE_TIMEOUT_MS / 1000} s`;
  const [line] = stderr.trim().split("\n");
  if (line) return line;
  return typeof error.code === "number" ? `it ended with exit code ${error.code}` : String(error.code ?? error.message);
}
