import { type CommandHint, type Hint, hint, sameKit } from "@same-kit/shared";
import type { EnvironmentFolder } from "../deployment/environment.ts";
import { lossesOf } from "../deployment/losses.ts";
import type { DeploymentOutputs } from "../deployment/outputs.ts";
import type { Console } from "../ui/console.ts";
import { renderTable } from "../ui/table.ts";
import type { DeploymentStatus } from "../usecases/deployment-status.ts";
import type { DownResult } from "../usecases/down.ts";
import type { UpResult } from "../usecases/up.ts";

/** Replaces a secret value. */
export const WITHHELD = "…";

/** The result of `up`: the app's address, and the next commands. */
export function describeUp(result: UpResult, { isRehearsal }: EnvironmentFolder, again: CommandHint): Hint[] {
  switch (result.kind) {
    case "planned":
      return result.changes.length === 0
        ? [hint`No resource changes. --plan does not check the package; run ${sameKit("up")} to see.`]
        : ["", hint`Nothing was changed. Run ${{ ...again, isBare: false }} to apply it.`];
    case "declined":
      return ["Nothing was changed."];
    case "stopped":
      return [
        hint`Stopped, because you declined. Resources that were already created are kept and recorded in the state: ${sameKit("up")} continues.`,
      ];
    case "deployed":
      if (result.outputs === null) return [];
      return isRehearsal ? describeRehearsal(result, result.outputs, again) : describeDeployed(result, result.outputs);
  }
}

const proofOf = ({ smokeTest }: UpResult): string =>
  smokeTest === "passed" ? "The smoke test passed." : "No smoke test was run.";

function describeDeployed(result: UpResult, { appName, hostName }: DeploymentOutputs): Hint[] {
  return [
    "",
    `${appName} answers on https://${hostName}. ${proofOf(result)}`,
    ...(result.portalUrl === null ? [] : [`Portal: ${result.portalUrl}`]),
    "",
    "To set host and access key for every SAME client in a shell:",
    hint`  eval "$(${bare("outputs", "--export", "--show-key")})"`,
    "",
    "Then run a notebook, with same-kit or an unmodified SAME client:",
    hint`  ${bare("run", "NOTEBOOK.ipynb")}`,
    "  same run -t functions -f same.yaml",
    "What the app prints:",
    hint`  ${bare("logs", "--follow")}`,
    "Remove all of it:",
    hint`  ${bare("down")}`,
  ];
}

/** The rehearsal's cloud has stopped with the command, so the app cannot be called any more. */
function describeRehearsal(result: UpResult, { appName }: DeploymentOutputs, again: CommandHint): Hint[] {
  return [
    "",
    `The rehearsal of ${appName} is done. ${proofOf(result)}`,
    "Not checked: quota, regions, policies, how long role assignments take to propagate, and the cloud's own image.",
    "",
    "The same in Azure:",
    hint`  ${again}`,
    ...(again.args?.some((word) => word.endsWith(`=${WITHHELD}`))
      ? [`(${WITHHELD} stands for values that are not shown.)`]
      : []),
    "What the app printed:",
    hint`  ${bare("logs")}`,
    "Remove the rehearsal:",
    hint`  ${bare("down")}`,
  ];
}

const bare = (command: string, ...args: string[]): CommandHint => ({ command, args, isBare: true });

/** `up --json`; without the access key, which only `outputs --show-key` prints, and without choices, some of which are secret. */
export function upDocument(result: UpResult, folder: EnvironmentFolder): unknown {
  const { outputs, choices: _choices, changes, ...rest } = result;
  // What is permanently deleted, as shown with the plan.
  const known = {
    environment: folder.name,
    isRehearsal: folder.isRehearsal,
    ...rest,
    changes,
    losses: lossesOf(changes),
  };
  if (outputs === null) return { ...known, outputs };
  const { accessKey: _, ...shown } = outputs;
  return { ...known, outputs: shown };
}

export function describeDown({ kind, changes, leftGroups }: DownResult, again: CommandHint): Hint {
  switch (kind) {
    case "nothing":
      return leftGroups.length === 0 ? "Nothing to remove." : "Nothing was removed.";
    case "planned":
      return hint`Nothing was removed. ${sameKit("down")} removes these ${changes} resources.`;
    case "declined":
      return "Nothing was removed.";
    case "removed":
      if (leftGroups.length > 0) return "Resources in the state were deleted; resources it did not track remain.";
      return hint`All ${changes} resources were deleted. To create them again, under the same names:\n  ${again}`;
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
