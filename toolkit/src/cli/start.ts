// The launcher loads this: the command in compiled form.

import path from "node:path";
import { compiledFolder, requireCompiled } from "@same-kit/shared";

type Command = typeof import("./main.ts");

export function main(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const command = requireCompiled(path.join(__dirname, "cli.cjs"), compiledFolder(env, argv)) as Command;
  return command.main(argv, env);
}
