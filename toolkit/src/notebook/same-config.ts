import { OperationError } from "@same-kit/shared";
import * as z from "zod/mini";
import type { ToolkitErrorCode } from "../errors.ts";
import { nearest } from "../nearest.ts";

const NAME = /^\w+$/;
const name = z.string().check(z.regex(NAME, "names may contain only letters, digits and _"));
const nonEmpty = z.string().check(z.minLength(1, "must not be empty"));

/** A map that must have a `default`. */
const withDefault = <Value extends z.ZodMiniType>(value: Value) =>
  z.record(name, value).check(z.refine((map) => Object.hasOwn(map, "default"), "must have an entry `default`"));

const credentials = z.strictObject({
  image_pull_secret_name: z.optional(z.string()),
  image_pull_secret_registry_uri: z.optional(z.string()),
  image_pull_secret_username: z.optional(z.string()),
  image_pull_secret_password: z.optional(z.string()),
  image_pull_secret_email: z.optional(z.string()),
});

const environment = z.strictObject({
  image_tag: z.string().check(z.regex(/\//, "must contain a /, such as library/python:3.11")),
  private_registry: z.optional(z.boolean()),
  credentials: z.optional(credentials),
});

const dataset = z.strictObject({
  schema_uri: z.optional(z.string()),
  environments: withDefault(nonEmpty),
});

const notebook = z.strictObject({ name: nonEmpty, path: nonEmpty, requirements: z.optional(nonEmpty) });

/** The first is what `init` writes; SAME's own examples also have its version. */
const API_VERSIONS = ["sameproject.io/v1alpha1", "projectsame.io/v1alpha1"] as const;
const SAME_VERSION = /^0\.\d+\.\d+$/;

const apiVersion = z.string().check(
  z.refine((text) => SAME_VERSION.test(text) || API_VERSIONS.some((it) => it === text), {
    error: ({ input }) => {
      const near = nearest(String(input), API_VERSIONS);
      const known = near === null ? `known are ${API_VERSIONS.join(" and ")}` : `did you mean ${near}?`;
      return `"${input}" is not a known version of this format; ${known}`;
    },
  }),
);

const shape = {
  apiVersion,
  metadata: z.strictObject({
    name: z.string().check(z.regex(/^[\w ]/, "must start with a letter, a digit, _ or a space")),
    version: nonEmpty,
    labels: z.optional(z.array(z.string())),
    sha: z.optional(z.string()),
  }),
  environments: z.optional(withDefault(environment)),
  datasets: z.optional(z.record(name, dataset)),
  run: z.optional(
    z.strictObject({
      name: nonEmpty,
      sha: z.optional(z.string()),
      parameters: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
  // Each SAME backend has its own options here.
  runtime_options: z.optional(
    z.looseObject({
      same_env: z.optional(z.string()),
      serialisation_memory_limit: z.optional(z.number().check(z.positive("must be more than 0"))),
    }),
  ),
};

const schema = z.strictObject({ ...shape, notebook });

/** In a notebook's own metadata, the name and the path are those of the file. */
const embeddedSchema = z.strictObject({ ...shape, notebook: z.optional(z.partial(notebook)) });

export type SameConfig = z.infer<typeof schema>;

/** Line numbers of a configuration's keys; null if its source has no lines. */
export type LineOf = ((path: readonly PropertyKey[]) => number) | null;

/** The line of a message's value; empty if its source has no lines. */
export const onLine = (line: number | undefined): string => (line === undefined ? "" : ` (line ${line} of same.yaml)`);

/**
 * @param value - The content of the YAML.
 * @param source - Its name in messages.
 * @throws OperationError `ERR_CONFIG_INVALID` that lists every mistake.
 */
export function parseSameConfig(value: unknown, source: string, lineOf: LineOf = null): SameConfig {
  return parseWith(schema, value, source, lineOf);
}

/** @param file - The notebook's own name and path, which replace what its metadata says. */
export function parseEmbeddedConfig(value: unknown, source: string, file: { name: string; path: string }): SameConfig {
  const config = parseWith(embeddedSchema, value, source, null);
  return { ...config, notebook: { ...config.notebook, ...file } };
}

/** The configuration of a notebook without a same.yaml. */
export function defaultConfig(file: { name: string; path: string }): SameConfig {
  const name = /^[\w ]/.test(file.name) ? file.name : `notebook ${file.name}`;
  return { apiVersion: API_VERSIONS[0], metadata: { name, version: "0.0.1" }, notebook: file };
}

type Mistake = { path: readonly PropertyKey[]; text: string };

function parseWith<Value>(type: z.ZodMiniType<Value>, value: unknown, source: string, lineOf: LineOf): Value {
  const parsed = type.safeParse(value, { error: explain });
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.flatMap((issue) => toMistakes(issue, type));
  const lines = mistakes.map(({ path, text }) => ({
    line: lineOf?.(path) ?? 0,
    text: `${path.join(".") || "(the whole file)"}: ${text}`,
  }));
  lines.sort((left, right) => left.line - right.line);
  const list = lines.map(({ line, text }) => (line === 0 ? `  ${text}` : `  line ${line}: ${text}`)).join("\n");
  throw configError(`${source} has ${lines.length === 1 ? "a mistake" : `${lines.length} mistakes`}:\n${list}`);
}

/** Unknown keys are one issue per map; each gets a separate line. */
function toMistakes(issue: z.core.$ZodIssue, type: z.ZodMiniType): Mistake[] {
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, text: issue.message }];
  const known = knownKeys(type, issue.path);
  return issue.keys.map((key) => {
    const near = nearest(key, known);
    return {
      path: [...issue.path, key],
      text: `unknown key${near === null ? "" : `; did you mean \`${near}\`?`}`,
    };
  });
}

/** The keys that a map at `path` may have. */
function knownKeys(type: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (type as z.core.$ZodTypes)._zod;
  const [first, ...rest] = path;
  if (def.type === "optional") return knownKeys(def.innerType, path);
  if (def.type === "record" && first !== undefined) return knownKeys(def.valueType, rest);
  if (def.type !== "object") return [];
  if (first === undefined) return Object.keys(def.shape);
  const inner = def.shape[String(first)];
  return inner === undefined ? [] : knownKeys(inner, rest);
}

function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_key") return "names may contain only letters, digits and _";
  if (issue.code !== "invalid_type") return undefined;
  if (issue.input === undefined) return "is missing";
  const isUnquoted = issue.expected === "string" && (typeof issue.input === "number" || issue.input instanceof Date);
  return isUnquoted ? `must be text: write "${issue.input}" in quotes` : `must be ${toWord(issue.expected)}`;
}

function toWord(expected: string): string {
  const words: Record<string, string> = {
    string: "text",
    boolean: "true or false",
    array: "a list",
    number: "a number",
  };
  return words[expected] ?? "a map";
}

export function configError(message: string, cause?: unknown): OperationError<ToolkitErrorCode> {
  const hint = "docs/same-yaml.md lists every key with its rule.";
  return new OperationError({ code: "ERR_CONFIG_INVALID", message, hint, cause });
}
