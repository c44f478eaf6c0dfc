// The ingredients of a step's result, except for the files that it reads, and why a cached result does not match them.

import { sha256Of } from "@same-kit/shared";
import type { ExecutorInput, SessionReference } from "../../contract/executor-call.ts";
import type { Limits } from "../../contract/limits.ts";
import type { ReadyPython } from "../../python/step-process.ts";
import type { SameYaml } from "../same-yaml.ts";
import type { StepContents } from "../step-contents.ts";

// Changes when the meaning of entries changes, or the result of a step for the same ingredients.
export const CACHE_FORMAT = 1;

export type Ingredients = Record<keyof typeof REASONS, string>;

/** By ingredient: why a result cannot be used. The first difference is reported. */
const REASONS = {
  code: "its code has changed",
  parameters: "its parameters have changed",
  cells: "its cells have changed",
  place: "its position among the steps has changed",
  session: "the results of earlier steps have changed",
  requirements: "its requirements have changed",
  python: "it runs on a different Python",
  packages: "packages of its Python have changed",
  settings: "same.yaml, or a limit of the app, has changed",
} as const;

export type StepFacts = {
  input: ExecutorInput;
  contents: StepContents;
  sameYaml: SameYaml;
  ready: Pick<ReadyPython, "version" | "implementation" | "dill" | "packages">;
  limits: Limits;
};

/** A hash of each ingredient. */
export function ingredientsOf({ input, contents, sameYaml, ready, limits }: StepFacts): Ingredients {
  const { step, session, sameEnv, isLast } = input;
  const { code, parameters } = splitCode(contents.code.toString("utf8"), step.cells);
  const { version, implementation, dill, packages } = ready;
  const { inlineSessionBytes, sessionBytes, outputBytes } = limits;
  return {
    code: hashOf(step.cells === undefined ? [code, step.name] : [code]),
    parameters: hashOf(parameters),
    // Without their numbers, which change with any text cell before them.
    cells: hashOf(step.cells?.map(({ lines, tags = [] }) => [lines, tags]) ?? null),
    place: hashOf([isLast, step.keepsResults === true]),
    session: session === undefined ? "none" : hashOf([contentOf(contents, session), withoutPlaces(session.python)]),
    requirements: hashOf(meantLines(contents.sources["requirements.txt"])),
    python: hashOf([version, implementation, dill]),
    packages,
    settings: hashOf([
      sameEnv ?? sameYaml.sameEnv,
      sameYaml.variableBytes,
      sameYaml.json ?? null,
      [inlineSessionBytes, sessionBytes, outputBytes],
    ]),
  };
}

/** The `KEY` of the step's entries in the cache. */
export const keyOf = (ingredients: Ingredients): string => hashOf([CACHE_FORMAT, ingredients]);

/** @returns undefined if nothing differs. */
export function firstDifference(then: Ingredients, now: Ingredients): string | undefined {
  const names = Object.keys(REASONS) as (keyof Ingredients)[];
  const name = names.find((it) => then[it] !== now[it]);
  return name && REASONS[name];
}

/** The cell that sets parameters is recognized by its first line, which papermill writes. */
function splitCode(text: string, cells: ExecutorInput["step"]["cells"]): { code: string[]; parameters: string[] } {
  const lines = text.split("\n");
  const sources = cells === undefined ? [text] : cells.map((cell) => lines.splice(0, cell.lines).join("\n"));
  const isOfParameters = (source: string) => source.startsWith("# Parameters\n");
  return { code: sources.filter((it) => !isOfParameters(it)), parameters: sources.filter(isOfParameters) };
}

/** Ignores white space and comments, which do not change what is installed. */
function meantLines(requirements: Buffer | undefined): string[] {
  const lines = requirements?.toString("utf8").split(/\r?\n/) ?? [];
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

function contentOf({ session }: StepContents, { blob }: SessionReference): string {
  return session?.kind === "parts" ? session.description.contentSha256 : blob.sha256;
}

/** The same Python has a different path on each machine. */
function withoutPlaces({ version, implementation, dill }: SessionReference["python"]): unknown {
  return [version, implementation, dill];
}

/** SHA-256 of the value's JSON. */
export const hashOf = (value: unknown): string => sha256Of(JSON.stringify(value));
