import { WITH_OWN_PACKAGES } from "../contract/initiate-request.ts";
import type { StartedPython } from "../python/python-runtime.ts";
import type { IncomingSession, StepContents } from "./step-contents.ts";
import type { StepDeps } from "./step-deps.ts";

// Variables that numpy and its libraries read when they are loaded: a step that uses them must load these packages itself.
const NEEDS_PLAIN = /_NUM_THREADS|\b(?:NPY|NUMPY|MKL|OMP|KMP|OPENBLAS)_/;

function setsThreads(session: IncomingSession | undefined): boolean {
  if (session?.kind === "plain") return session.content.includes("_NUM_THREADS");
  return session?.description.environ?.some((name) => NEEDS_PLAIN.test(name)) ?? false;
}

/** A process of the environment that the step requires. @throws PythonError */
export function startPython(
  { code, sources, session }: StepContents,
  { python, onStdout }: StepDeps,
  signal: AbortSignal,
): Promise<StartedPython> {
  const requirements = sources["requirements.txt"];
  return python.start({
    requirements,
    keepsOwnPackages: requirements?.toString("utf8").startsWith(WITH_OWN_PACKAGES) ?? false,
    isPlain: NEEDS_PLAIN.test(code.toString("latin1")) || setsThreads(session),
    onLine: onStdout,
    signal,
  });
}
