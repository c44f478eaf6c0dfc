import { type EnvironmentFolder, environmentFlags } from "../deployment/environment.ts";
import type { DeploymentOutputs } from "../deployment/outputs.ts";
import type { Console } from "../ui/console.ts";
import { exportLines } from "../ui/export-lines.ts";
import { renderTable } from "../ui/table.ts";
import type { DeploymentStatus } from "../usecases/deployment-status.ts";
import type { DownResult } from "../usecases/down.ts";
import type { UpResult } from "../usecases/up.ts";

/** The result of `up`: where the app is, and the next commands. */
export function describeUp(result: UpResult, folder: EnvironmentFolder): string[] {
  const flags = environmentFlags(folder);
  switch (result.kind) {
    case "planned":
      return result.changes.length === 0
        ? ["No resource changes. --plan does not check the package; run `same-kit up` to see."]
        : ["", `Nothing was changed. Run \`same-kit up${flags}\` to apply it.`];
    case "declined":
      return ["Nothing was changed."];
    case "stopped":
      return [
        `Stopped at that answer. What was created before it stays, and is recorded in the state: \`same-kit up${flags}\` continues.`,
      ];
    case "deployed": {
      const { outputs, portalUrl, smokeTest } = result;
      if (outputs === null) return [];
      const proof = smokeTest === "passed" ? "The smoke test passed." : "No smoke test was run.";
      return folder.isRehearsal
        ? describeRehearsal(outputs, proof, flags)
        : [
            "",
            `${outputs.appName} answers on https://${outputs.hostName}. ${proof}`,
            ...(portalUrl === null ? [] : [`Portal: ${portalUrl}`]),
            "",
            ...exportLines(outputs),
            "",
            "Next:",
            `  same-kit smoke-test --host-name "$(same-kit outputs${flags} --show-key)"`,
            `  same-kit logs${flags} --follow`,
            `  same-kit down${flags}`,
          ];
    }
  }
}

/** The rehearsal's cloud has stopped with the command, so nothing can be called any more. */
function describeRehearsal({ appName }: DeploymentOutputs, proof: string, flags: string): string[] {
  return [
    "",
    `The rehearsal of ${appName} is done. ${proof}`,
    "Not checked: quota, regions, policies, how long role assignments take to propagate, and the cloud's own image.",
    "",
    "Next:",
    ...nextCommands([
      [`up${flags.replace(" --rehearse", "")}`, "the same in Azure"],
      [`logs${flags}`, "what the app printed"],
      [`down${flags}`, "remove the rehearsal"],
    ]),
  ];
}

/** `up --json`; only `outputs --show-key` prints the access key. */
export function upDocument(result: UpResult, folder: EnvironmentFolder): unknown {
  const { outputs, ...rest } = result;
  if (outputs === null) return { environment: folder.name, isRehearsal: folder.isRehearsal, ...rest, outputs };
  const { accessKey: _, ...shown } = outputs;
  return { environment: folder.name, isRehearsal: folder.isRehearsal, ...rest, outputs: shown };
}

function nextCommands(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, effect]) => `  same-kit ${command.padEnd(width)}  ${effect}`);
}

export function describeDown({ kind, changes, leftGroups }: DownResult, folder: EnvironmentFolder): string {
  switch (kind) {
    case "nothing":
      return leftGroups.length === 0 ? "Nothing to remove." : "Nothing was removed.";
    case "planned":
      return `Nothing was removed. \`same-kit down${environmentFlags(folder)}\` removes these ${changes} resources.`;
    case "declined":
      return "Nothing was removed.";
    case "removed":
      if (leftGroups.length > 0) return "Resources in the state were deleted; resources it did not track remain.";
      return `All ${changes} resources were deleted. \`same-kit up${environmentFlags(folder)}\` creates them again, under the same names.`;
  }
}

export function describeStatus(status: DeploymentStatus, console: Console): string {
  const { environment, isRehearsal, outputs, phases, package: sha256 } = status;
  const where =
    outputs === null ? "not deployed" : `https://${outputs.hostName} (${outputs.plan}, ${outputs.resourceGroup})`;
  const rows = phases.map(({ phase, status: state, at, code }) => [phase, state, at ?? "", code ?? ""]);
  return [
    `${environment}${isRehearsal ? " (rehearsal)" : ""}: ${where}`,
    renderTable(["Phase", "Status", "At", "Code"], rows, console),
    `Package: ${sha256?.slice(0, 12) ?? "none"}`,
  ].join("\n");
}
