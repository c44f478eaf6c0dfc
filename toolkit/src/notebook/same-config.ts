import { OperationError } from "@same-kit/shared";
import * as z from "zod/mini";
import type { ToolkitErrorCode } from "../errors.ts";

const NAME = /^\w+$/;
const name = z.string().check(z.regex(NAME, "names may hold letters, digits and _ only"));
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

const shape = {
  apiVersion: nonEmpty,
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
  // Each SAME backend has options of its own here.
  runtime_options: z.optional(
    z.looseObject({
      same_env: z.optional(z.string()),
      serialisation_memory_limit: z.optional(z.number().check(z.positive("must be more than 0"))),
    }),
  ),
};

const schema = z.strictObject({ ...shape, notebook });

/** In a notebook's own metadata the name and the path are the file's. */
const embeddedSchema = z.strictObject({ ...shape, notebook: z.optional(z.partial(notebook)) });

export type SameConfig = z.infer<typeof schema>;

/**
 * @param value - What the YAML holds.
 * @param source - How messages call it.
 * @throws OperationError `ERR_CONFIG_INVALID` that lists every mistake.
 */
export function parseSameConfig(value: unknown, source: string): SameConfig {
  return parseWith(schema, value, source);
}

/** @param file - The notebook's own name and path, which replace what its metadata says. */
export function parseEmbeddedConfig(value: unknown, source: string, file: { name: string; path: string }): SameConfig {
  const config = parseWith(embeddedSchema, value, source);
  return { ...config, notebook: { ...config.notebook, ...file } };
}

function parseWith<Value>(type: z.ZodMiniType<Value>, value: unknown, source: string): Value {
  const parsed = type.safeParse(value, { error: explain });
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(
    (issue) => `  ${issue.path.join(".") || "(the whole file)"}: ${issue.message}`,
  );
  throw configError(
    `${source} has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}:\n${mistakes.join("\n")}`,
  );
}

function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "unrecognized_keys") return `unknown key ${issue.keys.map((key) => `\`${key}\``).join(", ")}`;
  if (issue.code === "invalid_key") return "names may hold letters, digits and _ only";
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
