import {
  DEFAULT_LIMITS,
  type InitiateRequest,
  type RequestedCell,
  type RequestedStep,
  toUrlSafeBase64,
} from "@same-kit/functions-app/contract";
import { OperationError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import type { Notebook } from "./notebook-file.ts";
import { mergeRequirements } from "./pip-lines.ts";
import type { SameConfig } from "./same-config.ts";
import { type Step, splitSteps } from "./split-steps.ts";

export type CompileInput = {
  notebook: Notebook;
  config: SameConfig;
  /** The same.yaml for the working directory of every step. */
  configText: string;
  requirements: string | null;
  /** The contents of the files that `requirements=FILE` tags name. */
  stepRequirements?: ReadonlyMap<string, string>;
  /** Compiles like upstream: all magics are removed, and the app gets steps without cells. */
  upstreamMagics?: boolean;
};

export type CompiledNotebook = {
  config: SameConfig;
  request: InitiateRequest;
  steps: readonly Step[];
  warnings: readonly string[];
};

// An app with lower limits reports that itself.
const { bodyBytes, steps: maxSteps, codeBytes, requirementsBytes } = DEFAULT_LIMITS;

/** @throws OperationError `ERR_NOTEBOOK_…`, `ERR_REQUEST_TOO_LARGE`. */
export function compileNotebook(input: CompileInput): CompiledNotebook {
  const { notebook, config, configText, upstreamMagics = false } = input;
  const environments = new Set(["default", ...Object.keys(config.environments ?? {})]);
  const { steps, warnings, installs } = splitSteps(notebook, environments, { upstreamMagics });
  const requirementsOf = ({ requirements }: Step): string | null => {
    // Upstream's compiler does not know this tag.
    const own = requirements === undefined || upstreamMagics ? undefined : input.stepRequirements?.get(requirements);
    return mergeRequirements(own ?? input.requirements, installs);
  };
  checkParts(steps, requirementsOf);
  const request = {
    steps: steps.map((step, index) => ({
      name: step.name,
      code: encode(step.code),
      sources: toSources(configText, requirementsOf(step)),
      ...(upstreamMagics ? {} : toCells(step, steps.slice(index + 1))),
    })),
  };
  checkBody(request, configText);
  return { config, request, steps, warnings };
}

function toSources(configText: string, requirements: string | null): RequestedStep["sources"] {
  return {
    "same.yaml": encode(configText),
    ...(requirements === null ? {} : { "requirements.txt": encode(requirements) }),
  };
}

function toCells({ cells }: Step, later: readonly Step[]): Pick<RequestedStep, "cells" | "keepsResults"> {
  const keepsResults = later.some(({ code }) => READS_RESULTS.test(code));
  return { cells: cells.map(toCell), ...(keepsResults && { keepsResults }) };
}

// `Out`, `_3`, `__`, and `_` unless it is a throwaway name: a target of `for` or =. A false positive costs little.
const READS_RESULTS =
  /(?<![\w.])(?:Out|_oh|_\d+|_{2,3})\b(?!\s*=[^=])|(?<![\w.,]|,\s|for\s|lambda\s|\*)_(?!\w)(?!\s*(?:=[^=]|,|:|in\b))/;

function toCell({ cell, lineCount, tags }: Step["cells"][number]): RequestedCell {
  return { number: cell, lines: lineCount, ...(tags !== undefined && { tags }) };
}

const encode = (text: string) => toUrlSafeBase64(Buffer.from(text));

function checkParts(steps: readonly Step[], requirementsOf: (step: Step) => string | null): void {
  if (steps.length > maxSteps) {
    throw tooLarge(
      `The notebook has ${steps.length} steps; an app accepts at most ${maxSteps}.`,
      "Merge some of its steps.",
    );
  }
  for (const step of steps) {
    const { name, code } = step;
    checkRequirements(step, requirementsOf(step));
    const size = Buffer.byteLength(code);
    if (size > codeBytes) {
      throw tooLarge(
        `Step ${name} has ${size} bytes of code; an app accepts at most ${codeBytes}.`,
        "Keep data out of code cells.",
      );
    }
  }
}

function checkRequirements({ requirements: file = "requirements.txt" }: Step, text: string | null): void {
  const size = Buffer.byteLength(text ?? "");
  if (size > requirementsBytes) {
    throw tooLarge(
      `${file} has ${size} bytes; an app accepts at most ${requirementsBytes}.`,
      "Remove hashes and comments.",
    );
  }
}

/** Every step contains the sources, so their data sets count once per step. */
function checkBody({ steps }: InitiateRequest, configText: string): void {
  const size = sizeOf(steps);
  if (size <= bodyBytes) return;
  throw tooLarge(
    `The request has ${size} bytes; an app accepts at most ${bodyBytes}. same.yaml with its data sets is ${Buffer.byteLength(configText)} bytes of that in each of ${steps.length} steps.`,
    "Use http(s) URLs for large data sets instead of local files.",
  );
}

/** The size of its JSON, which may be longer than the longest possible string. */
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
