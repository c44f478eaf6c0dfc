import { decodeUtf8, fromUrlSafeBase64 } from "./base64.ts";
import { type InitiateRequest, type RequestedCell, SOURCE_NAMES, type SourceName } from "./initiate-request.ts";
import type { Limits } from "./limits.ts";
import type { FieldProblem, Problem } from "./problem.ts";
import { isCacheWish } from "./step-cache.ts";

const MAX_REPORTED = 20;
const MAX_NAME_LENGTH = 128;

/**
 * Validates a parsed body: every key, name, encoding and size.
 *
 * @returns The request, or the response that refuses it: status 400, or 413 if only a size is wrong.
 */
export function parseInitiateRequest(body: unknown, limits: Limits): InitiateRequest | { problem: Problem } {
  const check = new RequestCheck(limits);
  check.body(body);
  const problem = check.toProblem();
  return problem === undefined ? (body as InitiateRequest) : { problem };
}

type TooLarge = FieldProblem & { limit: number };

class RequestCheck {
  readonly #limits: Limits;
  readonly #wrong: FieldProblem[] = [];
  readonly #tooLarge: TooLarge[] = [];

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  body(body: unknown): undefined {
    if (!this.#isObject("", body, ["steps", "files"])) return;
    const { steps } = body;
    if (!Array.isArray(steps)) return this.#refuse("steps", "must be a list of steps");
    if (steps.length === 0) return this.#refuse("steps", "must contain at least one step");
    if (steps.length > this.#limits.steps) {
      return this.#refuseSize("steps", `holds ${steps.length} steps`, this.#limits.steps);
    }
    const firstUse = new Map<string, number>();
    for (const [index, step] of steps.entries()) this.#step(`steps[${index}]`, step, index, firstUse);
  }

  toProblem(): Problem | undefined {
    const [wrong] = this.#wrong;
    if (wrong !== undefined) {
      const detail = describe(wrong);
      return { title: "The request is not valid.", status: 400, detail, field: wrong.field, errors: this.#wrong };
    }
    const [large] = this.#tooLarge;
    if (large === undefined) return undefined;
    const { field, limit } = large;
    const errors = this.#tooLarge.map(({ limit: _limit, ...error }) => error);
    return { title: "The request is too large.", status: 413, detail: describe(large), field, limit, errors };
  }

  #step(field: string, step: unknown, index: number, firstUse: Map<string, number>): undefined {
    if (!this.#isObject(field, step, ["name", "code", "sources", "cells", "keepsResults", "cache"])) return;
    this.#name(`${field}.name`, step["name"], index, firstUse);
    const code = this.#code(`${field}.code`, step["code"]);
    this.#sources(`${field}.sources`, step["sources"]);
    if (!["undefined", "boolean"].includes(typeof step["keepsResults"])) {
      this.#refuse(`${field}.keepsResults`, "must be true or false");
    }
    if (step["cache"] !== undefined && !isCacheWish(step["cache"])) {
      this.#refuse(
        `${field}.cache`,
        "must be { maxAgeSeconds?, notebook? } with a number and a text of 200 characters",
      );
    }
    if (step["cells"] !== undefined) this.#cells(`${field}.cells`, step["cells"], code);
  }

  #name(field: string, name: unknown, index: number, firstUse: Map<string, number>): undefined {
    if (typeof name !== "string" || name.trim() === "") return this.#refuse(field, "must be a text");
    if (name.length > MAX_NAME_LENGTH) {
      return this.#refuse(field, `has ${name.length} characters, more than ${MAX_NAME_LENGTH}`);
    }
    // They would break log lines and tracebacks, or control a terminal; a lone surrogate is not a character.
    if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) return this.#refuse(field, "must not contain control characters");
    const first = firstUse.get(name);
    if (first !== undefined) return this.#refuse(field, `"${name}" is already the name of steps[${first}]`);
    firstUse.set(name, index);
  }

  #code(field: string, code: unknown): string | undefined {
    const bytes = this.#base64(field, code);
    if (bytes === undefined) return;
    if (bytes.length > this.#limits.codeBytes) {
      return this.#refuseSize(field, `has ${bytes.length} bytes`, this.#limits.codeBytes);
    }
    return decodeUtf8(bytes) ?? this.#refuse(field, "is not UTF-8 once decoded");
  }

  #cells(field: string, cells: unknown, code: string | undefined): undefined {
    if (!Array.isArray(cells)) return this.#refuse(field, "must be a list of cells");
    const wrong = cells.findIndex((cell) => !isCell(cell));
    if (wrong >= 0) {
      return this.#refuse(`${field}[${wrong}]`, "must be { number, lines, tags? } with whole numbers from 1 and texts");
    }
    const lines = (cells as RequestedCell[]).reduce((sum, cell) => sum + cell.lines, 0);
    if (cells.length > 0 && code !== undefined && lines !== code.split("\n").length) {
      this.#refuse(field, `names ${lines} lines of code, which has ${code.split("\n").length}`);
    }
  }

  #sources(field: string, sources: unknown): undefined {
    if (!this.#isObject(field, sources, SOURCE_NAMES)) return;
    const at = (name: SourceName) => `${field}["${name}"]`;
    if (sources["same.yaml"] === undefined) this.#refuse(at("same.yaml"), "is missing");
    else this.#base64(at("same.yaml"), sources["same.yaml"]);
    const requirements = sources["requirements.txt"];
    if (requirements === undefined) return;
    const bytes = this.#base64(at("requirements.txt"), requirements);
    if (bytes === undefined) return;
    if (bytes.length > this.#limits.requirementsBytes) {
      this.#refuseSize(at("requirements.txt"), `has ${bytes.length} bytes`, this.#limits.requirementsBytes);
    } else if (decodeUtf8(bytes) === undefined) this.#refuse(at("requirements.txt"), "is not UTF-8 once decoded");
  }

  #base64(field: string, text: unknown): Buffer | undefined {
    const bytes = typeof text === "string" ? fromUrlSafeBase64(text) : undefined;
    if (bytes === undefined) this.#refuse(field, text === undefined ? "is missing" : "must be URL-safe base64");
    return bytes;
  }

  #isObject(field: string, value: unknown, known: readonly string[]): value is Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.#refuse(field, value === undefined ? "is missing" : "must be an object");
      return false;
    }
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const at = /^\w+$/.test(key) ? (field === "" ? key : `${field}.${key}`) : `${field}[${JSON.stringify(key)}]`;
      this.#refuse(at, `is unknown; known here: ${known.join(", ")}`);
    }
    return true;
  }

  #refuse(field: string, detail: string): undefined {
    if (this.#wrong.length < MAX_REPORTED) this.#wrong.push({ field, detail });
  }

  #refuseSize(field: string, detail: string, limit: number): undefined {
    const problem = { field, detail: `${detail}, more than the limit of ${limit}`, limit };
    if (this.#tooLarge.length < MAX_REPORTED) this.#tooLarge.push(problem);
  }
}

function isCell(value: unknown): value is RequestedCell {
  if (typeof value !== "object" || value === null) return false;
  const { number, lines, tags, ...others } = value as Record<string, unknown>;
  const isCount = (it: unknown) => Number.isSafeInteger(it) && (it as number) >= 1;
  const areTexts = tags === undefined || (Array.isArray(tags) && tags.every((it) => typeof it === "string"));
  return isCount(number) && isCount(lines) && areTexts && Object.keys(others).length === 0;
}

const describe = ({ field, detail }: FieldProblem): string => `${field === "" ? "The body" : field} ${detail}.`;
