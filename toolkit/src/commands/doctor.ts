import { findPortOwner } from "@same-kit/local";
import { findPythons } from "../adapters/machine/find-pythons.ts";
import { runProgram } from "../adapters/machine/run-program.ts";
import { describeSetting, FILE_SETTINGS, loadConfigFile, lookUp, variableOf } from "../config/config-file.ts";
import { renderTable } from "../ui/table.ts";
import { examine, type Finding } from "../usecases/doctor.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption } from "./shared-options.ts";

const SIGNS: Record<Finding["status"], string> = { ok: "✓", missing: "✗", absent: "-" };

const REHEARSAL_LIMITS =
  "`up --rehearse` checks everything except Azure itself: your subscription's quotas, policies and permissions, names that are taken, Azure's timing, its own build of Python, and cold starts.";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "Check the tools and ports on this machine",
  description:
    "Checks Node, Python, ports, Docker, terraform, func and az. Exits with 1 if something that every notebook needs is missing.",
  positionals: [],
  options: { ...jsonOption },
  examples: ["same-kit doctor", "same-kit doctor --json"],
  async run(_input, { cwd, env, console }) {
    const findings = await examine({
      nodeVersion: process.versions.node,
      findPythons: () => findPythons(env),
      portOwner: findPortOwner,
      run: (program, args) => runProgram(program, args, env),
    });
    const isReady = findings.every(({ status }) => status !== "missing");
    const settings = await listSettings(cwd, env);
    console.json({ isReady, findings, settings });
    const rows = findings.map(({ name, status, found, neededFor }) => [
      SIGNS[status],
      name,
      found.split("\n"),
      neededFor,
    ]);
    console.answer(renderTable(["", "What", "Found", "Needed for"], rows, console));
    for (const { name, hint } of findings) if (hint !== null) console.answer(`${name}: ${hint}`);
    for (const text of settings) console.answer(`Setting: ${text}`);
    console.answer(REHEARSAL_LIMITS);
    return isReady ? 0 : 1;
  },
});

/** The settings of all commands, with their origins. */
async function listSettings(cwd: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const file = await loadConfigFile(cwd, env);
  return FILE_SETTINGS.flatMap((name) => {
    const found = lookUp(variableOf(name), env, file);
    return found === null ? [] : [describeSetting(name, found)];
  });
}
