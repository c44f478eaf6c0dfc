import { decodeBase64, decodeUtf8 } from "./base64.ts";
import type { Limits } from "./limits.ts";
import { badField, tooLarge } from "./problem.ts";

/** Files that a step finds in its working directory; upstream allows no others. */
export const SOURCE_NAMES = ["same.yaml", "requirements.txt"] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** One step; `code` and sources are URL-safe base64 of UTF-8 text. */
export type StepRequest = {
  name: string;
  code: string;
  sources: { "same.yaml": string; "requirements.txt"?: string };
};

/** What a SAME client posts to `/api/initiate`. */
export type InitiateRequest = { steps: StepRequest[] };

/** Instance id that the caller wants for the run; without it one is made. */
export const RUN_ID_HEADER = "x-same-run-id";
/** Name of the environment that the code sees as `SAME_ENV`; default `default`. */
export const ENVIRONMENT_HEADER = "x-same-env";

const MAX_NAME_LENGTH = 200;

/**
 * Checks a body against the contract.
 *
 * @throws RequestProblem naming the first field that is wrong.
 */
export function parseInitiateRequest(body: unknown, limits: Limits): InitiateRequest {
  const { steps } = record(body, "the body", ["steps"]);
  if (!Array.isArray(steps)) throw badField("steps", "A list of steps is required.");
  if (steps.length === 0) throw badField("steps", "There is no step to run.");
  if (steps.length > limits.steps) {
    throw tooLarge("The number of steps", String(steps.length), String(limits.steps), "steps");
  }
  const names = new Set<string>();
  const parsed = steps.map((step, i) => {
    const parsedStep = parseStep(step, `steps[${i}]`, limits);
    if (names.has(parsedStep.name)) {
      throw badField(`steps[${i}].name`, `An earlier step is named "${parsedStep.name}" too.`);
    }
    names.add(parsedStep.name);
    return parsedStep;
  });
  return { steps: parsed };
}

function parseStep(value: unknown, place: string, limits: Limits): StepRequest {
  const { name, code, sources } = record(value, place, ["name", "code", "sources"]);
  if (typeof name !== "string" || name === "" || name.length > MAX_NAME_LENGTH) {
    throw badField(`${place}.name`, `A text of 1 to ${MAX_NAME_LENGTH} characters is required.`);
  }
  const given = record(sources, `${place}.sources`, SOURCE_NAMES);
  const requirements = given["requirements.txt"];
  return {
    name,
    code: text(code, `${place}.code`, limits.codeBytes),
    sources: {
      "same.yaml": text(given["same.yaml"], `${place}.sources["same.yaml"]`, limits.bodyBytes),
      ...(requirements === undefined
        ? {}
        : {
            "requirements.txt": text(
              requirements,
              `${place}.sources["requirements.txt"]`,
              limits.requirementsBytes,
            ),
          }),
    },
  };
}

function record(value: unknown, place: string, names: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badField(place, "An object is required.");
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw badField(place, `"${unknown}" is not known here; allowed are ${names.join(", ")}.`);
  }
  return value as Record<string, unknown>;
}

/** Base64 of UTF-8 text within a limit, returned as it came. */
function text(value: unknown, field: string, limitBytes: number): string {
  if (typeof value !== "string") throw badField(field, "Base64 text is required.");
  const bytes = decodeBase64(value);
  if (bytes === null) throw badField(field, "This is no URL-safe base64.");
  if (bytes.length > limitBytes) throw tooLarge("It", `${bytes.length} bytes`, `${limitBytes} bytes`, field);
  if (decodeUtf8(bytes) === null) throw badField(field, "The bytes are no UTF-8.");
  return value;
}
