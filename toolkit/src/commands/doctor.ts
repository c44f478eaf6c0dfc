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
  "`up --rehearse` proves everything but Azure itself: quotas, policies and permissions of your subscription, names that others hold, how long Azure takes, its own build of Python, and cold starts.";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "Check what this machine has",
  description:
    "Looks for Node, Python, free ports, Docker, terraform, func and az. Ends with 1 if something is missing without which no notebook runs here.",
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
    const rows = findings.map(({ name, status, found, neededFor }) => [SIGNS[status], name, found, neededFor]);
    console.answer(renderTable(["", "What", "Found", "Needed for"], rows, console));
    for (const { name, hint } of findings) if (hint !== null) console.answer(`${name}: ${hint}`);
    for (const text of settings) console.answer(`Setting: ${text}`);
    console.answer(REHEARSAL_LIMITS);
    return isReady ? 0 : 1;
  },
});

/** What is set for all commands, and where. */
async function listSettings(cwd: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const file = await loadConfigFile(cwd, env);
  return FILE_SETTINGS.flatMap((name) => {
    const found = lookUp(variableOf(name), env, file);
    return found === null ? [] : [describeSetting(name, found)];
  });
}
