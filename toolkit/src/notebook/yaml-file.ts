import { parseDocument } from "yaml";
import { configError } from "./same-config.ts";

/**
 * What a YAML text holds, as plain values.
 *
 * @param file - How messages call it.
 * @throws OperationError `ERR_CONFIG_INVALID`: also for a tag that is not YAML's own, and for aliases that grow without measure.
 */
export function parseYaml(text: string, file: string): unknown {
  let problem: string;
  try {
    // What it would only warn of is a mistake here too.
    const document = parseDocument(text, { logLevel: "error" });
    const [mistake] = [...document.errors, ...document.warnings];
    if (mistake === undefined) return document.toJS();
    problem = mistake.code === "MULTIPLE_DOCS" ? "it holds more than one document" : mistake.message;
  } catch (cause) {
    throw configError(`${file} is not YAML that can be used: ${(cause as Error).message}.`, cause);
  }
  throw configError(`${file} is not YAML that can be used: ${problem}`);
}
