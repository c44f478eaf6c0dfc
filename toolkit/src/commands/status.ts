import { hint, sameKit } from "@same-kit/shared";
import { describeStatus } from "../reports/deployment-report.ts";
import { deploymentStatus, listEnvironments } from "../usecases/deployment-status.ts";
import { defineCommand } from "./define-command.ts";
import { ENVIRONMENT_OPTIONS, toFolder } from "./deployment-options.ts";
import { jsonOption, resolveStateDir } from "./shared-options.ts";

export const statusCommand = defineCommand({
  name: "status",
  summary: "Show deployments and how far each got",
  description:
    "Shows one deployment with --env or --rehearse, otherwise all that were created from here. Does not contact Azure.",
  positionals: [],
  options: { ...ENVIRONMENT_OPTIONS, ...jsonOption },
  examples: ["same-kit status", "same-kit status --env prod --json"],
  async run({ options }, { cwd, console }) {
    const isOne = options.env !== undefined || options.rehearse;
    const folders = isOne
      ? [await toFolder(options, cwd)]
      : await listEnvironments(resolveStateDir(options["state-dir"], cwd));
    const statuses = await Promise.all(folders.map((folder) => deploymentStatus(folder)));
    console.json(statuses);
    const none = hint`Nothing has been deployed from here. ${sameKit("up", "--rehearse")} simulates a deployment without Azure.`;
    console.answer(statuses.map((it) => describeStatus(it, console)).join("\n\n") || none);
    return 0;
  },
});
