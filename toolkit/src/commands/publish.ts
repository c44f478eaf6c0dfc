import { withDeployment } from "../compose/compose-deployment.ts";
import { composePackaging } from "../compose/compose-package.ts";
import { republish } from "../usecases/publish.ts";
import { defineCommand } from "./define-command.ts";
import {
  CLOUD_OPTIONS,
  ENVIRONMENT_OPTIONS,
  PACKAGE_OPTIONS,
  toDeploymentChoice,
  toPackageChoice,
  toSubscription,
} from "./deployment-options.ts";
import { toExistingFiles } from "./deployment-variables.ts";
import { jsonOption } from "./shared-options.ts";

export const publishCommand = defineCommand({
  name: "publish",
  summary: "Publish the app again, or roll back to the previous package",
  description:
    "Packs the app, publishes it to an existing deployment and waits until it is healthy. Terraform is not run.",
  positionals: [],
  options: {
    ...ENVIRONMENT_OPTIONS,
    rollback: { type: "boolean", help: "Publish the previous package instead" },
    outputs: {
      type: "string",
      value: "FILE",
      help: "Publish to a deployment created with plain terraform: the file contains its `terraform output -json`",
    },
    force: { type: "boolean", help: "Publish even if this package is already deployed" },
    ...CLOUD_OPTIONS,
    ...PACKAGE_OPTIONS,
    ...jsonOption,
  },
  examples: ["same-kit publish --env prod", "same-kit publish --env prod --rollback"],
  async run({ options }, context) {
    const choice = await toDeploymentChoice(options, context.cwd);
    const { folder } = choice;
    const given = options.outputs === undefined ? [] : [options.outputs];
    const [outputsFile = null] = toExistingFiles(given, "--outputs", context.cwd);
    const packageChoice = toPackageChoice(options, context.cwd);
    const result = await withDeployment(choice, context, (deployment) =>
      republish(deployment, {
        packaging: composePackaging(packageChoice, folder.isRehearsal, deployment.target.env),
        force: options.force,
        isRollback: options.rollback,
        subscription: toSubscription(options),
        outputsFile,
      }),
    );
    context.console.json({ environment: folder.name, isRehearsal: folder.isRehearsal, ...result });
    const shortHash = result.sha256.slice(0, 12);
    const { wasPublished } = result;
    context.console.answer(
      wasPublished ? `Published the package ${shortHash}.` : `The package ${shortHash} was already deployed.`,
    );
    return 0;
  },
});
