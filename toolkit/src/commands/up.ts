import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { withDeployment } from "../compose/compose-deployment.ts";
import { composePackaging } from "../compose/compose-package.ts";
import { effectiveChoices } from "../deployment/choices.ts";
import { declaredVariables } from "../deployment/workspace.ts";
import { describeUp, upDocument } from "../reports/deployment-report.ts";
import { up } from "../usecases/up.ts";
import { defineCommand } from "./define-command.ts";
import {
  CLOUD_OPTIONS,
  ENVIRONMENT_OPTIONS,
  PACKAGE_OPTIONS,
  TERRAFORM_GRACE_MS,
  toDeploymentChoice,
  toPackageChoice,
  toSubscription,
} from "./deployment-options.ts";
import { toExistingFiles, toVariableFiles, toVariables } from "./deployment-variables.ts";
import { repeatUp } from "./repeat-up.ts";
import { jsonOption } from "./shared-options.ts";

export const upCommand = defineCommand({
  name: "up",
  summary: "Deploy the app to Azure, from nothing to a passed smoke test",
  description:
    "Checks tools and sign-in, plans and applies the terraform module, packs and publishes the app, waits until it is healthy and runs the smoke test. A second call continues where the first stopped and skips what has not changed.",
  positionals: [],
  options: {
    ...ENVIRONMENT_OPTIONS,
    project: {
      type: "string",
      value: "NAME",
      help: "Name of the app, part of every resource's name (default: same)",
      variable: "SAME_KIT_PROJECT",
    },
    location: {
      type: "string",
      value: "REGION",
      help: "Azure region (default: westeurope)",
      variable: "SAME_KIT_LOCATION",
    },
    hosting: {
      type: "string",
      value: "PLAN",
      help: "flex, consumption or premium (default: flex)",
      variable: "SAME_KIT_HOSTING",
    },
    plan: { type: "boolean", help: "Show what would change in Azure, then stop" },
    yes: { type: "boolean", help: "Change Azure without asking" },
    "allow-delete": { type: "boolean", help: "With --yes: also confirm what the plan permanently deletes" },
    adopt: {
      type: "boolean",
      help: "Take over a deployment made from another machine, or a group without foreign resources",
    },
    force: { type: "boolean", help: "Run every phase again, even if nothing has changed" },
    "skip-terraform": { type: "boolean", help: "Leave the resources as they are" },
    "skip-publish": { type: "boolean", help: "Leave the package as it is" },
    "skip-smoke": { type: "boolean", help: "No smoke test" },
    "rotate-key": { type: "boolean", help: "Create a new access key; the old one stops working" },
    var: {
      type: "string",
      multiple: true,
      value: "NAME=VALUE",
      help: "A variable of the module; JSON for lists and maps",
    },
    "var-file": {
      type: "string",
      multiple: true,
      value: "FILE",
      help: "Variables in a .tfvars or .tfvars.json file; an empty value removes the files",
    },
    backend: {
      type: "string",
      value: "FILE",
      help: "A .tf file with the backend of a shared state (default: a local state)",
    },
    ...CLOUD_OPTIONS,
    ...PACKAGE_OPTIONS,
    ...jsonOption,
  },
  examples: ["same-kit up --rehearse --yes", "same-kit up --env prod --location northeurope --with numpy,pandas"],
  leaveGraceMs: TERRAFORM_GRACE_MS,
  async run({ options }, context) {
    const { cwd, console } = context;
    const choice = await toDeploymentChoice(options, cwd);
    const { folder } = choice;
    const variables = toVariables(options, await declaredVariables(path.join(packageRoot(), "terraform")));
    const backend = options.backend === undefined ? [] : [options.backend];
    const [backendFile = null] = toExistingFiles(backend, "--backend", cwd);
    const variableFiles = toVariableFiles(options["var-file"], cwd);
    const packageChoice = toPackageChoice(options, cwd);
    const result = await withDeployment(choice, context, (deployment) =>
      up(deployment, {
        packaging: composePackaging(packageChoice, folder.isRehearsal, deployment.target.env),
        variables,
        variableFiles,
        backendFile,
        // A rehearsal changes nothing that needs the user's consent.
        assumeYes: options.yes || options.rehearse,
        allowDelete: options["allow-delete"] || options.rehearse,
        adopt: options.adopt,
        planOnly: options.plan,
        force: options.force,
        rotateKey: options["rotate-key"],
        subscription: toSubscription(options),
        skip: {
          terraform: options["skip-terraform"],
          publish: options["skip-publish"],
          smoke: options["skip-smoke"],
        },
      }),
    );
    console.json(upDocument(result, folder));
    const choices = result.choices === null ? null : await effectiveChoices(result.choices);
    const isForAzure = folder.isRehearsal && result.kind === "deployed";
    const again = repeatUp(choices, options, { isForAzure, wasPlanned: result.kind === "planned" });
    for (const line of describeUp(result, folder, again)) console.answer(line);
    return 0;
  },
});
