import { withDeployment } from "../compose/compose-deployment.ts";
import { effectiveChoices } from "../deployment/choices.ts";
import { describeDown } from "../reports/deployment-report.ts";
import { down } from "../usecases/down.ts";
import { defineCommand } from "./define-command.ts";
import {
  CLOUD_OPTIONS,
  ENVIRONMENT_OPTIONS,
  TERRAFORM_GRACE_MS,
  toDeploymentChoice,
  toSubscription,
} from "./deployment-options.ts";
import { repeatUp } from "./repeat-up.ts";
import { jsonOption } from "./shared-options.ts";

export const downCommand = defineCommand({
  name: "down",
  summary: "Remove a deployment from Azure",
  description:
    "Shows what will be removed, asks for confirmation, removes it, and checks that nothing is left. Refuses if the resource group contains resources that this environment did not create.",
  positionals: [],
  options: {
    ...ENVIRONMENT_OPTIONS,
    plan: { type: "boolean", help: "Show what would be removed, then stop" },
    yes: { type: "boolean", help: "Remove without asking" },
    ...CLOUD_OPTIONS,
    ...jsonOption,
  },
  examples: ["same-kit down --rehearse", "same-kit down --env prod --plan"],
  leaveGraceMs: TERRAFORM_GRACE_MS,
  async run({ options }, context) {
    const choice = await toDeploymentChoice(options, context.cwd);
    const { folder } = choice;
    const request = {
      subscription: toSubscription(options),
      assumeYes: options.yes || options.rehearse,
      planOnly: options.plan,
    };
    const { result, choices } = await withDeployment(choice, context, async (deployment) => {
      const { attempted, choices } = deployment.journal;
      return { result: await down(deployment, request), choices: attempted ?? choices };
    });
    context.console.json({ environment: folder.name, isRehearsal: folder.isRehearsal, ...result });
    context.console.answer(describeDown(result, repeatUp(await effectiveChoices(choices), options)));
    // Not everything was removed.
    return result.leftGroups.length === 0 ? 0 : 1;
  },
});
