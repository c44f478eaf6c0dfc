import { readFile } from "node:fs/promises";
import path from "node:path";
import { reasonOf, UsageError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import type { ParameterSources } from "../usecases/compile-source.ts";
import type { OptionSpec, OptionValues } from "./define-command.ts";

/** The same options as papermill's. */
export const PARAMETER_OPTIONS = {
  parameter: {
    type: "string",
    multiple: true,
    isPair: true,
    short: "p",
    value: "NAME VALUE",
    help: "Set a variable after the cell tagged parameters; 1, 1.5, True and None are read as in Python",
  },
  "parameter-text": {
    type: "string",
    multiple: true,
    isPair: true,
    short: "r",
    value: "NAME VALUE",
    help: "The same, but the value is always text",
  },
  "parameters-file": {
    type: "string",
    multiple: true,
    short: "f",
    value: "FILE",
    help: "The same, from a YAML file with lines of NAME: VALUE",
  },
} as const satisfies Record<string, OptionSpec>;

/** @throws UsageError `ERR_PARAMETERS`. */
export async function readParameters(
  options: OptionValues<typeof PARAMETER_OPTIONS>,
  cwd: string,
): Promise<ParameterSources> {
  const files = options["parameters-file"].map(async (name) => ({
    name,
    text: await readText(path.resolve(cwd, name)),
  }));
  return { files: await Promise.all(files), values: options.parameter, texts: options["parameter-text"] };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError<ToolkitErrorCode>({
      code: "ERR_PARAMETERS",
      message: `The parameters in ${file} cannot be read: ${reasonOf(cause)}. Nothing was run.`,
      hint: "Use -f with the path of a YAML file with lines of NAME: VALUE.",
      cause,
    });
  }
}
