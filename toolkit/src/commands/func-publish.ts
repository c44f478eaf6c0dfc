import { withDeployment } from "../compose/compose-deployment.ts";
import { composePackaging } from "../compose/compose-package.ts";
import type { EnvironmentFolder } from "../deployment/environment.ts";
import { usageError } from "../errors.ts";
import { deploymentStatus, listEnvironments } from "../usecases/deployment-status.ts";
import { republish } from "../usecases/publish.ts";
import { defineCommand } from "./define-command.ts";
import { CLOUD_OPTIONS } from "./deployment-options.ts";
import { toScriptRoot } from "./func-host-options.ts";
import { jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const funcPublishCommand = defineCommand({
  name: "func publish",
  summary: "Publish a Functions app as `func azure functionapp publish` does",
  description:
    "Packs the app of the current folder, except for files in .funcignore, publishes it to the app NAME of a deployment made with same-kit, and waits until it is healthy. The same as `func azure functionapp publish NAME`.",
  positionals: [{ name: "NAME", help: "The app, as `same-kit outputs` names it", isOptional: false }],
  options: {
    "script-root": { type: "string", value: "DIR", help: "Folder of the app (default: the current folder)" },
    force: { type: "boolean", help: "Publish even if this package is already deployed" },
    subscription: CLOUD_OPTIONS.subscription,
    "no-build": { type: "boolean", help: "Accepted: nothing is built" },
    javascript: { type: "boolean", help: "Accepted: the app is JavaScript" },
    typescript: { type: "boolean", help: "Accepted: the app is TypeScript, built before" },
    node: { type: "boolean", help: "Accepted: the app runs on Node" },
    ...stateDirOption,
    ...jsonOption,
  },
  examples: ["same-kit func publish same-dev-a1b2c3", "same-kit func publish same-dev-a1b2c3 --script-root my-app"],
  async run({ options, positionals: [name = ""] }, context) {
    const appDir = toScriptRoot(options["script-root"], context.cwd);
    const folder = await findEnvironment(name, resolveStateDir(options["state-dir"], context.cwd));
    const { isRehearsal } = folder;
    const packageChoice = {
      publisher: "direct",
      appDir,
      isForeignApp: true,
      bundlesPython: false,
      basePackages: [],
      interpreter: "python3",
      mirror: null,
      archive: null,
    } as const;
    const rehearsal = isRehearsal ? { fail: null, providerMirror: null } : null;
    const choice = { folder, rehearsal, terraformBinary: "terraform" };
    const result = await withDeployment(choice, context, (deployment) =>
      republish(deployment, {
        packaging: composePackaging(packageChoice, isRehearsal, deployment.target.env),
        force: options.force,
        isRollback: false,
        subscription: isRehearsal ? null : (options.subscription ?? null),
        outputsFile: null,
      }),
    );
    context.console.json({ environment: folder.name, isRehearsal, ...result });
    const what = `the package ${result.sha256.slice(0, 12)}`;
    context.console.answer(result.wasPublished ? `Published ${what} to ${name}.` : `${name} has ${what} already.`);
    return 0;
  },
});

/** The deployment with that app; a real one takes precedence over a rehearsal. @throws UsageError `ERR_USAGE` */
async function findEnvironment(name: string, stateDir: string): Promise<EnvironmentFolder> {
  const folders = (await listEnvironments(stateDir)).sort((a, b) => Number(a.isRehearsal) - Number(b.isRehearsal));
  const known: string[] = [];
  for (const folder of folders) {
    const { outputs } = await deploymentStatus(folder);
    if (outputs === null) continue;
    if (outputs.appName.toLowerCase() === name.toLowerCase()) return folder;
    known.push(outputs.appName);
  }
  throw usageError(
    `${stateDir} has no deployment with an app ${name}${known.length === 0 ? "" : `, but of ${known.join(", ")}`}.`,
    "same-kit publishes only to apps that it deployed. Run it in the folder from which they were deployed, or use Azure Functions Core Tools.",
  );
}
