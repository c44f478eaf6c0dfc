import { withDeployment } from "../compose/compose-deployment.ts";
import { noSmokeTest } from "../compose/compose-smoke-test.ts";
import { republish } from "../usecases/publish.ts";
import { defineCommand } from "./define-command.ts";
import {
  CLOUD_OPTIONS,
  ENVIRONMENT_OPTIONS,
  PACKAGE_OPTIONS,
  toFolder,
  toPackageChoice,
  toPublisher,
  toRehearsal,
} from "./deployment-options.ts";
import { jsonOption } from "./shared-options.ts";

export const publishCommand = defineCommand({
  name: "publish",
  summary: "Publish the app again, or go back to the package before",
  description:
    "Packs the app, publishes it to an existing deployment and waits until it is healthy. Terraform is not run.",
  positionals: [],
  options: {
    ...ENVIRONMENT_OPTIONS,
    rollback: { type: "boolean", help: "Publish the previous package instead" },
    force: { type: "boolean", help: "Publish also what is there already" },
    ...CLOUD_OPTIONS,
    ...PACKAGE_OPTIONS,
    ...jsonOption,
  },
  examples: ["same-kit publish --env prod", "same-kit publish --env prod --rollback"],
  async run({ options }, context) {
    const folder = await toFolder(options, context.cwd);
    const publisher = toPublisher(options.publisher, options.rehearse);
    const choice = {
      folder,
      publisher,
      rehearsal: toRehearsal(options.rehearse, options),
      terraformBinary: options.terraform ?? "terraform",
      package: toPackageChoice(options, context.cwd),
      smokeTest: noSmokeTest,
    };
    const request = {
      folder,
      publisher,
      force: options.force,
      isRollback: options.rollback,
      subscription: options.rehearse ? null : (options.subscription ?? null),
    };
    const result = await withDeployment(choice, context, (deps) => republish(request, deps));
    context.console.json({ environment: folder.name, isRehearsal: folder.isRehearsal, ...result });
    const shortHash = result.sha256.slice(0, 12);
    const { wasPublished } = result;
    context.console.answer(wasPublished ? `The package ${shortHash} runs.` : `The package ${shortHash} runs already.`);
    return 0;
  },
});
