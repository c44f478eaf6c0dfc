import path from "node:path";
import { readLocalFile, reasonOf } from "@same-kit/shared";
import { HostError } from "../errors.ts";
import { parseJsonWithComments } from "./json-with-comments.ts";

/** The content of local.settings.json; every part is optional in the file. */
export type LocalSettings = {
  values: Readonly<Record<string, string>>;
  /** By name; they become `ConnectionStrings:<name>`. */
  connectionStrings: Readonly<Record<string, string>>;
  port: number | undefined;
  cors: readonly string[];
  corsCredentials: boolean;
  warnings: readonly string[];
};

type JsonObject = Record<string, unknown>;

/** @throws HostError if the values are encrypted: only `func` on the machine that encrypted them can decrypt them. */
export async function loadLocalSettings(appDir: string): Promise<LocalSettings> {
  const file = path.join(appDir, "local.settings.json");
  const warnings: string[] = [];
  const content = await readSettings(file, warnings);
  if (content["IsEncrypted"] === true) {
    throw new HostError({
      code: "ERR_LOCAL_SETTINGS",
      message: `The values in ${file} are encrypted and cannot be read here.`,
      hint: 'Run "func settings decrypt" in that folder, or write the values in plain text with "IsEncrypted": false.',
    });
  }
  const host = toObject(content["Host"]);
  return {
    values: readValues(content["Values"], warnings),
    connectionStrings: readConnectionStrings(content["ConnectionStrings"]),
    port: Number.isInteger(Number(host["LocalHttpPort"] ?? Number.NaN)) ? Number(host["LocalHttpPort"]) : undefined,
    cors: String(host["CORS"] ?? "")
      .split(",")
      .map((origin) => origin.trim().replace(/\/$/, ""))
      .filter((origin) => origin !== ""),
    corsCredentials: String(host["CORSCredentials"] ?? false).toLowerCase() === "true",
    warnings,
  };
}

async function readSettings(file: string, warnings: string[]): Promise<JsonObject> {
  let text: string;
  try {
    text = (await readLocalFile(file)).toString("utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw cause;
  }
  try {
    return toObject(parseJsonWithComments(text));
  } catch (error) {
    // Like in func, the app starts without its settings, with a warning.
    warnings.push(`${file} is not valid JSON and is ignored: ${reasonOf(error)}`);
    return {};
  }
}

function readValues(section: unknown, warnings: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(toObject(section))) {
    const problem = findProblem(name, value);
    if (problem === undefined) values[name] = String(value);
    else warnings.push(`The setting "${name}" of local.settings.json is skipped: ${problem}.`);
  }
  return values;
}

/** Never includes the value, which may be a secret. */
function findProblem(name: string, value: unknown): string | undefined {
  if (name === "") return "its name is empty";
  if (value === null) return "its value is null";
  if (typeof value === "object") return "its value is not text";
  if (String(value).startsWith("@Microsoft.KeyVault(")) return "a Key Vault reference cannot be resolved offline";
  return undefined;
}

function readConnectionStrings(section: unknown): Record<string, string> {
  const connectionStrings: Record<string, string> = {};
  for (const [name, value] of Object.entries(toObject(section))) {
    const text = typeof value === "object" && value !== null ? (value as JsonObject)["ConnectionString"] : value;
    if (typeof text === "string") connectionStrings[name] = text;
  }
  return connectionStrings;
}

function toObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
