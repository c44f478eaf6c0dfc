import path from "node:path";
import { printableJson } from "../ui/printable.ts";
import { compileSource } from "../usecases/compile-source.ts";
import { defineCommand } from "./define-command.ts";
import { PARAMETER_OPTIONS, readParameters } from "./parameter-options.ts";
import { upstreamMagicsOption } from "./run-options.ts";

export const compileCommand = defineCommand({
  name: "compile",
  summary: "Print the request that a notebook compiles to",
  description: "Prints the request body for `POST /api/initiate`. Warnings go to stderr.",
  positionals: [{ name: "PATH", help: "A notebook, a same.yaml, or a folder with one of them", isOptional: false }],
  options: {
    ...PARAMETER_OPTIONS,
    "same-env": {
      type: "string",
      value: "NAME",
      help: "Environment that selects the data sets (default: runtime_options.same_env, else default)",
      variable: "SAME_KIT_SAME_ENV",
    },
    ...upstreamMagicsOption,
    json: { type: "boolean", help: "Print only the request, no warnings" },
  },
  examples: ["same-kit compile test/testdata/features/multistep", "same-kit compile same.yaml > request.json"],
  async run({ options, positionals }, { cwd, console }) {
    const location = path.resolve(cwd, positionals[0] as string);
    const parameters = await readParameters(options, cwd);
    const sameEnv = options["same-env"] ?? null;
    const upstreamMagics = options["upstream-magics"];
    const { request, warnings } = await compileSource({ location, sameEnv, parameters, upstreamMagics });
    for (const warning of warnings) console.note(`Warning: ${warning}`);
    console.write(`${printableJson(request)}\n`);
    return 0;
  },
});
