import path from "node:path";
import { findOnPath, packageRoot } from "@same-kit/shared";
import { writeFuncShim } from "../usecases/func-shim.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption } from "./shared-options.ts";

export const funcShimCommand = defineCommand({
  name: "func shim",
  summary: "Write a `func` into a folder, for editors and scripts that call it",
  description:
    "It replaces Azure Functions Core Tools wherever that folder comes first on PATH, and nowhere else: docs/func.md. Remove the file to undo this.",
  positionals: [{ name: "DIR", help: "The folder, such as ./tools or ~/.local/bin", isOptional: false }],
  options: { ...jsonOption },
  examples: ["same-kit func shim tools", "same-kit func shim /opt/functions/bin"],
  async run({ positionals: [dir = ""] }, { cwd, env, console }) {
    const file = await writeFuncShim({
      dir: path.resolve(cwd, dir),
      node: process.execPath,
      launcher: path.join(packageRoot(), "bin", "same-kit.cjs"),
      platform: process.platform,
    });
    const [first = null] = findOnPath("func", env);
    console.json({ file, first });
    console.answer(`Wrote ${file}.`);
    if (first === file) return 0;
    const found = first === null ? "finds no func yet" : `finds ${first} first`;
    console.answer(
      `PATH ${found}: put ${path.dirname(file)} in front of it, or name the file where a tool asks for func.`,
    );
    return 0;
  },
});
