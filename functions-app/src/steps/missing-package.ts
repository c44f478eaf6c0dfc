import type { StepFailure } from "../contract/executor-call.ts";

type StepPython = {
  version: string;
  executable: string;
  /** It contains exactly what the step's requirements.txt names. */
  isIsolated: boolean;
  isInCloud: boolean;
};

/** A package is missing in a specific Python. The failure therefore names that Python, and says how to make the package available. */
export function withRemedies(failure: StepFailure, python: StepPython): StepFailure {
  if (failure.type !== "ModuleNotFoundError") return failure;
  return { ...failure, message: `${failure.message}\n${remediesFor(python)}` };
}

function remediesFor({ version, executable, isIsolated, isInCloud }: StepPython): string {
  const ran = `The step ran on Python ${version} (${executable})`;
  if (isIsolated)
    return `${ran}, which has what its requirements.txt names: add the package to that file, or to the notebook's %pip install.`;
  const file = "name it in a requirements.txt (notebook.requirements in same.yaml)";
  if (isInCloud) {
    return `${ran}. If it is a package: ${file}, or deploy the app with it (same-kit up --with NAME).`;
  }
  return `${ran}. If it is a package: choose a Python that has it (--python), ${file}, or activate an environment that has it before you start same-kit.`;
}
