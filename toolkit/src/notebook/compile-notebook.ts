import {
  DEFAULT_LIMITS,
  type InitiateRequest,
  type RequestedCell,
  toUrlSafeBase64,
} from "@same-kit/functions-app/contract";
import { OperationError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import type { Notebook } from "./notebook-file.ts";
import type { SameConfig } from "./same-config.ts";
import { type Step, splitSteps } from "./split-steps.ts";

export type CompileInput = {
  notebook: Notebook;
  config: SameConfig;
  /** The same.yaml that every step finds in its working directory. */
  configText: string;
  requirements: string | null;
};

export type CompiledNotebook = {
  config: SameConfig;
  request: InitiateRequest;
  steps: readonly Step[];
  warnings: readonly string[];
};

// An app whose settings allow less says so itself.
const { bodyBytes, steps: maxSteps, codeBytes, requirementsBytes } = DEFAULT_LIMITS;

/** @throws OperationError `ERR_NOTEBOOK_…`, `ERR_REQUEST_TOO_LARGE`. */
export function compileNotebook({ notebook, config, configText, requirements }: CompileInput): CompiledNotebook {
  const environments = new Set(["default", ...Object.keys(config.environments ?? {})]);
  const { steps, warnings } = splitSteps(notebook, environments);
  checkParts(steps, requirements);
  const sources = {
    "same.yaml": encode(configText),
    ...(requirements === null ? {} : { "requirements.txt": encode(requirements) }),
  };
  const request = {
    steps: steps.map(({ name, code, cells }) => ({ name, code: encode(code), sources, cells: cells.map(toCell) })),
  };
  checkBody(request, configText);
  return { config, request, steps, warnings };
}

function toCell({ cell, lineCount, tags }: Step["cells"][number]): RequestedCell {
  return { number: cell, lines: lineCount, ...(tags !== undefined && { tags }) };
}

const encode = (text: string) => toUrlSafeBase64(Buffer.from(text));

function checkParts(steps: readonly Step[], requirements: string | null): void {
  if (steps.length > maxSteps) {
    throw tooLarge(`The notebook has ${steps.length} steps; an app takes ${maxSteps}.`, "Join some of its steps.");
  }
  for (const { name, code } of steps) {
    const size = Buffer.byteLength(code);
    if (size > codeBytes) {
      throw tooLarge(
        `Step ${name} has ${size} bytes of code; an app takes ${codeBytes}.`,
        "Keep data out of code cells.",
      );
    }
  }
  const size = Buffer.byteLength(requirements ?? "");
  if (size > requirementsBytes) {
    throw tooLarge(
      `requirements.txt has ${size} bytes; an app takes ${requirementsBytes}.`,
      "Leave out hashes and comments.",
    );
  }
}

/** Every step carries the sources once, so data sets in them weigh as often as there are steps. */
function checkBody({ steps }: InitiateRequest, configText: string): void {
  const size = sizeOf(steps);
  if (size <= bodyBytes) return;
  throw tooLarge(
    `The request has ${size} bytes; an app takes ${bodyBytes}. same.yaml with its data sets is ${Buffer.byteLength(configText)} bytes of that in each of ${steps.length} steps.`,
    "Give large data sets as http(s) URLs instead of local files.",
  );
}

/** Of its JSON, which may be longer than any text can be. */
function sizeOf(steps: InitiateRequest["steps"]): number {
  const sizes = steps.map(({ sources, ...step }) => {
    const own = JSON.stringify({ ...step, sources: {} }).length - "{}".length;
    return (
      own + Object.entries(sources).reduce((sum, [name, text]) => sum + name.length + text.length + `"":"",`.length, 1)
    );
  });
  return sizes.reduce((sum, size) => sum + size + 1, `{"steps":[]}`.length - 1);
}

function tooLarge(message: string, hint: string): OperationError<ToolkitErrorCode> {
  return new OperationError({ code: "ERR_REQUEST_TOO_LARGE", message, hint });
}
