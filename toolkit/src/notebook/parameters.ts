// Values passed to a notebook from outside, in the way of papermill: same types, same place.
// Source: nteract/papermill, papermill/{cli,parameterize,translators}.py.

import { UsageError } from "@same-kit/shared";
import { parseDocument } from "yaml";
import type { ToolkitErrorCode } from "../errors.ts";
import { PYYAML_SCALARS } from "./pyyaml-scalars.ts";

/** A YAML value. Whole numbers are `bigint`, so that 1 and 1.0 remain distinct; maps keep the types of their keys. */
type ParameterValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly ParameterValue[]
  | ReadonlyMap<ParameterValue, ParameterValue>;

/** In the order in which they are assigned; a later source replaces a value and keeps its place. */
export type Parameters = ReadonlyMap<string, ParameterValue>;

/** The sources of parameters; later ones take precedence. */
export type ParameterSources = {
  /** Contents of `-f` files, each with its name in messages. */
  files: readonly { name: string; text: string }[];
  /** From `-p`: the type is inferred from the value. */
  values: readonly (readonly [name: string, text: string])[];
  /** From `-r`: text. */
  texts: readonly (readonly [name: string, text: string])[];
};

export const NO_PARAMETERS: ParameterSources = { files: [], values: [], texts: [] };

/**
 * @param ofConfig - `run.parameters` of same.yaml.
 * @throws UsageError `ERR_PARAMETERS`.
 */
export function collectParameters(ofConfig: Parameters, { files, values, texts }: ParameterSources): Parameters {
  const all = new Map(ofConfig);
  for (const file of files) for (const [name, value] of parseParameterFile(file)) all.set(name, value);
  for (const [name, text] of values) all.set(name, typedValue(text));
  for (const [name, text] of texts) all.set(name, text);
  for (const name of all.keys()) checkName(name);
  return all;
}

/** The value of `-p NAME TEXT`, in papermill's order: True, False, None, then what Python's `int` and `float` accept, otherwise text. */
export function typedValue(text: string): ParameterValue {
  if (text === "True" || text === "False") return text === "True";
  if (text === "None") return null;
  const trimmed = text.trim();
  if (/^[+-]?\d+(?:_\d+)*$/.test(trimmed)) return toBigInt(trimmed);
  if (/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i.test(trimmed)) {
    return Number(trimmed.replaceAll("_", ""));
  }
  const [, sign, special] = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed) ?? [];
  if (special === undefined) return text;
  if (/nan/i.test(special)) return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function toBigInt(text: string): bigint {
  const digits = text.replaceAll("_", "");
  return digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits.replace("+", ""));
}

/** @throws UsageError `ERR_PARAMETERS`. */
function parseParameterFile({ name, text }: { name: string; text: string }): Parameters {
  const document = parseDocument(text, {
    schema: "failsafe",
    customTags: PYYAML_SCALARS,
    merge: true,
    logLevel: "error",
  });
  const [mistake] = [...document.errors, ...document.warnings];
  if (mistake !== undefined) throw parameterError(`${name} is not valid YAML: ${mistake.message}`);
  const value = document.toJS({ mapAsMap: true }) as ParameterValue;
  if (value === null) return new Map();
  if (!(value instanceof Map)) throw parameterError(`${name} is not a map of parameters: write lines of NAME: VALUE.`);
  return new Map([...value].map(([key, it]) => [String(key), it]));
}

/** The `run.parameters` of same.yaml. */
export function parametersOfConfig(configText: string): Parameters {
  const document = parseDocument(configText, { intAsBigInt: true, logLevel: "silent" });
  const value = (document.toJS({ mapAsMap: true }) as ReadonlyMap<string, unknown> | null)?.get?.("run");
  const parameters = value instanceof Map ? value.get("parameters") : undefined;
  return parameters instanceof Map ? new Map([...parameters].map(([key, it]) => [String(key), it])) : new Map();
}

// Names that cannot be assigned to.
const KEYWORDS = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield __debug__".split(
    " ",
  ),
);

function checkName(name: string): void {
  if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !KEYWORDS.has(name)) return;
  throw parameterError(`The parameter ${JSON.stringify(name)} is not a name that Python can assign to.`);
}

function parameterError(message: string): UsageError<ToolkitErrorCode> {
  return new UsageError({
    code: "ERR_PARAMETERS",
    message,
    hint: "A parameter is a variable of the notebook: -p NAME VALUE, -f FILE with lines of NAME: VALUE, or run.parameters in same.yaml.",
  });
}

/** The value as Python source. */
export function toPython(value: ParameterValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return toFloat(value);
  // JSON's escapes have the same meaning in Python.
  if (typeof value === "string") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(toPython).join(", ")}]`;
  return `{${[...value].map(([key, it]) => `${toPython(toKey(key))}: ${toPython(it)}`).join(", ")}}`;
}

function toFloat(value: number): string {
  if (Number.isNaN(value)) return "float('nan')";
  if (!Number.isFinite(value)) return value > 0 ? "float('inf')" : "float('-inf')";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Papermill converts every key of a map to text. */
function toKey(key: ParameterValue): string {
  return typeof key === "string" ? key : toPython(key);
}

const isList = (value: ParameterValue): value is readonly ParameterValue[] => Array.isArray(value);

/** The value for `--json`; whole numbers that JSON cannot represent, infinities and NaN become text. */
export function toJson(value: ParameterValue): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : toFloat(value);
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(toJson);
  return Object.fromEntries([...value].map(([key, it]) => [toKey(key), toJson(it)]));
}

/** What a run records about its parameters: the value as JSON, and the assigned source. */
export type RecordedParameters = Readonly<Record<string, { value: unknown; python: string }>>;

export function toRecorded(parameters: Parameters): RecordedParameters {
  const entries = [...parameters].map(([name, it]) => [name, { value: toJson(it), python: toPython(it) }]);
  return Object.fromEntries(entries) as RecordedParameters;
}
