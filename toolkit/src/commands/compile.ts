import path from "node:path";
import { printableJson } from "../ui/printable.ts";
import { compileSource } from "../usecases/compile-source.ts";
import { defineCommand } from "./define-command.ts";

export const compileCommand = defineCommand({
  name: "compile",
  summary: "Print the request that a notebook becomes",
  description: "The request is what `POST /api/initiate` takes. Warnings go to stderr.",
  positionals: [
    { name: "PATH", help: "A same.yaml, a notebook with same_config metadata, or a folder", isOptional: false },
  ],
  options: {
    "same-env": {
      type: "string",
      value: "NAME",
      help: "Environment of the data sets (default: runtime_options.same_env, else default)",
      variable: "SAME_KIT_SAME_ENV",
    },
    json: { type: "boolean", help: "No warnings, only the request" },
  },
  examples: ["same-kit compile test/testdata/features/multistep", "same-kit compile same.yaml > request.json"],
  async run({ options, positionals }, { cwd, console }) {
    const location = path.resolve(cwd, positionals[0] as string);
    const { request, warnings } = await compileSource({ location, sameEnv: options["same-env"] ?? null });
    for (const warning of warnings) console.note(`Warning: ${warning}`);
    console.write(`${printableJson(request)}\n`);
    return 0;
  },
});
