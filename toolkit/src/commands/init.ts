import path from "node:path";
import { hint, sameKit } from "@same-kit/shared";
import { initConfig } from "../usecases/init-config.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption } from "./shared-options.ts";

export const initCommand = defineCommand({
  name: "init",
  summary: "Write a same.yaml for a notebook",
  description:
    "A notebook also runs without a same.yaml, which is the place for requirements, data sets, parameters and environments. An existing file is never overwritten.",
  positionals: [{ name: "PATH", help: "A notebook, or a folder with one (default: here)", isOptional: true }],
  options: jsonOption,
  examples: ["same-kit init", "same-kit init analysis/notebook.ipynb"],
  async run({ positionals }, { cwd, console }) {
    const result = await initConfig(path.resolve(cwd, positionals[0] ?? "."));
    console.json(result);
    const folder = path.relative(cwd, path.dirname(result.file)) || ".";
    console.answer(hint`Wrote ${result.file}. ${sameKit("local run", ...(folder === "." ? [] : [folder]))} runs it.`);
    return 0;
  },
});
