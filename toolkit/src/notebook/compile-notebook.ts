import { OperationError } from "@same-kit/local";
import type { ToolkitErrorCode } from "../errors.ts";
import { toUrlSafeBase64 } from "./base64.ts";
import type { Notebook } from "./notebook-file.ts";
import type { SameConfig } from "./same-config.ts";
import { type Step, splitSteps } from "./split-steps.ts";

/** The body of `POST /api/initiate`. */
export type RunRequest = {
  steps: { name: string; code: string; sources: { "same.yaml": string; "requirements.txt"?: string } }[];
};

export type CompileInput = {
  notebook: Notebook;
  config: SameConfig;
  /** The same.yaml that every step finds in its working directory. */
  configText: string;
  requirements: string | null;
};

export type CompiledNotebook = {
  config: SameConfig;
  request: RunRequest;
  steps: readonly Step[];
  warnings: readonly string[];
};

// The app's default limits (docs/limits.md); an app with others says so itself.
const MAX_BODY_BYTES = 100 * 1024 * 1024;
const MAX_STEPS = 1000;
const MAX_CODE_BYTES = 4 * 1024 * 1024;
const MAX_REQUIREMENTS_BYTES = 256 * 1024;

/** @throws OperationError `ERR_NOTEBOOK_…`, `ERR_REQUEST_TOO_LARGE`. */
export function compileNotebook({ notebook, config, configText, requirements }: CompileInput): CompiledNotebook {
  const environments = new Set(["default", ...Object.keys(config.environments ?? {})]);
  const { steps, warnings } = splitSteps(notebook, environments);
  checkParts(steps, requirements);
  const sources = {
    "same.yaml": toUrlSafeBase64(configText),
    ...(requirements === null ? {} : { "requirements.txt": toUrlSafeBase64(requirements) }),
  };
  const request = { steps: steps.map(({ name, code }) => ({ name, code: toUrlSafeBase64(code), sources })) };
  checkBody(request, configText);
  return { config, request, steps, warnings };
}

function checkParts(steps: readonly Step[], requirements: string | null): void {
  if (steps.length > MAX_STEPS) {
    throw tooLarge(`The notebook has ${steps.length} steps; an app takes ${MAX_STEPS}.`, "Join some of its steps.");
  }
  for (const { name, code } of steps) {
    const size = Buffer.byteLength(code);
    if (size > MAX_CODE_BYTES) {
      throw tooLarge(`Step ${name} has ${size} bytes of code; an app takes ${MAX_CODE_BYTES}.`, "Keep data out of code cells.");
    }
  }
  const size = Buffer.byteLength(requirements ?? "");
  if (size > MAX_REQUIREMENTS_BYTES) {
    throw tooLarge(`requirements.txt has ${size} bytes; an app takes ${MAX_REQUIREMENTS_BYTES}.`, "Leave out hashes and comments.");
  }
}

/** Every step carries the sources once, so data sets in them weigh as often as there are steps. */
function checkBody({ steps }: RunRequest, configText: string): void {
  const size = Buffer.byteLength(JSON.stringify({ steps }));
  if (size <= MAX_BODY_BYTES) return;
  throw tooLarge(
    `The request has ${size} bytes; an app takes ${MAX_BODY_BYTES}. same.yaml with its data sets is ${Buffer.byteLength(configText)} bytes of that in each of ${steps.length} steps.`,
    "Give large data sets as http(s) URLs instead of local files.",
  );
}

function tooLarge(message: string, hint: string): OperationError<ToolkitErrorCode> {
  return new OperationError({ code: "ERR_REQUEST_TOO_LARGE", message, hint });
}
