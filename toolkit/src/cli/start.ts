// The launcher loads this: the command in compiled form.

import path from "node:path";
import { SpareProcesses } from "@same-kit/local";
import { compiledFolder, requireCompiled } from "@same-kit/shared";
import { willStartHost } from "./will-start-host.ts";

type Command = typeof import("./main.ts");

export function main(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  // Otherwise, only one core would have something to do while the command loads.
  const spares = willStartHost(argv, process.cwd()) ? new SpareProcesses(env) : undefined;
  const command = requireCompiled(path.join(__dirname, "cli.cjs"), compiledFolder(env, argv)) as Command;
  return command.main(argv, env, spares);
}
