// Maps the output of terraform and azurerm to a failure case, with a message for people.

import { type Hint, hint, OperationError, type SameKitError, sameKit } from "@same-kit/shared";
import { stateDamaged } from "../adapters/terraform/state.ts";
import { plainText, type TerraformError } from "../adapters/terraform/terraform-error.ts";
import type { FailureCode } from "./failure-cases.ts";
import { wrongVariables } from "./variable-errors.ts";

/** Facts about the deployment, for the messages. */
export type DeploymentFacts = {
  subscriptionId: string;
  user: string;
  /** Empty if it is not known yet. */
  location: string;
  plan: string;
  /** The environment's own folder, for commands that a person may run there. */
  terraformDir: string;
  /** How many resources were ready when it failed, and how many were to be created or changed. */
  done: number;
  planned: number;
  /** The original variable files, in their order. */
  variableFiles: readonly string[];
};

type Explanation = { message: string; hint?: Hint | undefined };

type Rule = {
  code: FailureCode;
  pattern: RegExp;
  explain: (facts: DeploymentFacts, match: RegExpMatchArray, text: string) => Explanation;
};

// Order matters: specific first. A refused quota comes with status 401, which is not a sign-in problem.
const RULES: readonly Rule[] = [
  {
    code: "ERR_PROVISION_QUOTA",
    pattern:
      /without additional quota|Current Limit \([^)]*\): 0|SubscriptionIsOverQuotaForSku|has quota of 0 instances/i,
    explain: ({ plan, location }) => ({
      message: `Your subscription has no quota for the ${plan} plan in ${location || "this region"}. This is not a sign-in problem.`,
      hint: "Try another region (--location), or request quota in the portal.",
    }),
  },
  {
    code: "ERR_PREFLIGHT_AZ_MISSING",
    pattern: /exec: "az": executable file not found/,
    explain: () => ({
      message: "The Azure CLI was not found.",
      hint: "Install it, or set ARM_CLIENT_ID, ARM_TENANT_ID and ARM_CLIENT_SECRET.",
    }),
  },
  {
    code: "ERR_PREFLIGHT_NOT_SIGNED_IN",
    pattern: /Please run 'az login'/,
    explain: () => ({ message: "You are not signed in to Azure.", hint: "Run `az login`." }),
  },
  {
    code: "ERR_PREFLIGHT_SUBSCRIPTION",
    pattern: /subscription ID could not be determined|not known by Azure CLI|SubscriptionNotFound/,
    explain: ({ subscriptionId, user }) => ({
      message: `Subscription ${subscriptionId} is not usable for ${user}.`,
      hint: "Choose one from `az account list -o table` and pass it with --subscription.",
    }),
  },
  {
    code: "ERR_PREFLIGHT_SESSION_EXPIRED",
    pattern: /AADSTS\d+|ExpiredAuthenticationToken|InvalidAuthenticationToken/,
    explain: (_facts, match) => ({
      message: `Your Azure session has expired (${match[0]}).`,
      hint: "Run `az login` again; with several tenants `az login --tenant TENANT`.",
    }),
  },
  {
    code: "ERR_PROVISION_NOT_REGISTERED",
    pattern: /MissingSubscriptionRegistration|NoRegisteredProviderFound|necessary permissions to register/,
    explain: (_facts, _match, text) => {
      const namespace = text.match(/Microsoft\.[A-Za-z]+/)?.[0] ?? "Microsoft.Web";
      return {
        message: `${namespace} is not registered in this subscription, and registering it was refused.`,
        hint: `Have it registered (\`az provider register -n ${namespace}\`), then pass --var register_resource_providers=[].`,
      };
    },
  },
  {
    code: "ERR_PROVISION_FORBIDDEN",
    pattern: /AuthorizationFailed|does not have authorization to perform action/,
    explain: ({ user }, _match, text) => {
      const action = text.match(/perform action '([^']+)'/)?.[1] ?? "this";
      const scope = text.match(/over scope '([^']+)'/)?.[1] ?? "the subscription";
      return {
        message: `${user} may not do ${action} on ${scope}.`,
        hint: /roleAssignments/.test(action)
          ? "Ask for the right to assign roles, or let the app use the storage account's keys: --var storage_access=key"
          : "Ask for the role Contributor on the subscription.",
      };
    },
  },
  {
    code: "ERR_PROVISION_POLICY",
    pattern: /RequestDisallowedByPolicy/,
    explain: (_facts, _match, text) => ({
      // The names first: the provider's message is long and will be truncated.
      message: `A policy of your organisation forbids this: ${policiesIn(text)}${inOneLine(text)}`,
      hint: "Usual ones concern shared keys (--var storage_access=identity), regions (--location) and tags (--var).",
    }),
  },
  {
    code: "ERR_PROVISION_NAME_TAKEN",
    pattern:
      /failed the availability check|Website with given name \S+ already exists|StorageAccountAlreadyTaken|"?ExtendedCode"?:?\s*"?54001/,
    explain: (_facts, _match, text) => ({
      message: `A name is taken; names of function apps and storage accounts are global. Azure said: ${inOneLine(text)}`,
      hint: 'Choose another --project or --env, or set names with --var \'names={"app":"NAME"}\'. Nothing was overwritten. Right after `down` a name may need two minutes to be free again.',
    }),
  },
  {
    code: "ERR_PROVISION_NOT_IN_STATE",
    pattern: /needs to be imported into the State/i,
    explain: (_facts, _match, text) => ({
      message: `An earlier run was interrupted: ${text.match(/ID "([^"]+)"/)?.[1] ?? "a resource"} exists but is not in the state.`,
      hint: "It is outside this deployment's resource group, so it was not adopted. Remove it, or import it with `terraform import`.",
    }),
  },
  {
    code: "ERR_PROVISION_REGION",
    pattern: /LocationNotAvailableForResource(Type|Group)|not found in the list of supported Azure Locations/,
    explain: ({ location, plan }, match) =>
      match[1] === "Type"
        ? {
            message: `${location || "The region"} does not offer the ${plan} plan.`,
            hint: "Choose another --location; `az functionapp list-flexconsumption-locations -o table` lists those of Flex Consumption.",
          }
        : {
            message: `Azure has no region ${location || "of this name"}.`,
            hint: "Choose another --location; `az account list-locations -o table` lists them by their short names.",
          },
  },
  {
    code: "ERR_PROVISION_PLAN_MIX",
    pattern: /pricing tier is(n't| not) allowed in this resource group/i,
    explain: () => ({
      message: "This resource group contains a plan that cannot coexist with the chosen one.",
      hint: 'Use a group of its own: another --env, or --var \'names={"resource_group":"NAME"}\'.',
    }),
  },
  {
    code: "ERR_PROVISION_SETTING_REFUSED",
    pattern: /\b51021\b/,
    explain: (_facts, _match, text) => ({
      message: `The region refuses a setting of the app (51021): ${inOneLine(text)}`,
      hint: "This is a bug in same-kit's module: please report it with this text.",
    }),
  },
  {
    code: "ERR_PROVISION_PROVIDER_UNAVAILABLE",
    pattern: /could not connect to registry|no available releases match|Failed to query available provider packages/,
    explain: () => ({
      message: "Terraform could not get the azurerm provider.",
      hint: "Check the network and proxy, or set up a provider mirror in your Terraform CLI configuration.",
    }),
  },
  {
    code: "ERR_PROVISION_LOCK_FILE",
    pattern: /doesn't match any of the checksums/,
    explain: () => ({
      message:
        "The azurerm provider differs from the one that the lock file pins: it comes from another mirror, or it was modified.",
      hint: "Only if the change is intended: remove .terraform.lock.hcl in the environment's terraform folder and run again.",
    }),
  },
  {
    code: "ERR_PREFLIGHT_TERRAFORM_OLD",
    pattern: /Unsupported Terraform Core version/,
    explain: () => ({ message: "This Terraform is too old: 1.9 or newer is needed.", hint: "Update Terraform." }),
  },
  {
    code: "ERR_PROVISION_STATE_DAMAGED",
    // Terraform mentions the lock first, because it reads the state to lock it.
    pattern: /Unsupported state file format:? ?(.*)|state snapshot was created by Terraform/,
    explain: (_facts, match) => stateDamaged(match[1] || "a newer Terraform has written it"),
  },
  {
    code: "ERR_PROVISION_STATE_LOCKED",
    pattern: /Error acquiring the state lock[\s\S]*Lock Info:/,
    explain: ({ terraformDir }, _match, text) => {
      const field = (name: string) => text.match(new RegExp(`${name}:\\s+(.+)`))?.[1]?.trim() ?? "unknown";
      return {
        message: `Another run holds the state: ${field("Who")}, since ${field("Created")}.`,
        hint: `Wait for it. Only if it has died: \`terraform -chdir=${terraformDir} force-unlock ${field("ID")}\`.`,
      };
    },
  },
  {
    code: "ERR_PROVISION_PLAN_STALE",
    pattern: /Saved plan is stale/,
    explain: () => ({
      message: "The state changed between the plan and its application, twice.",
      hint: hint`Another deployment is running at the same time. Run ${sameKit("up")} again with the same options.`,
    }),
  },
  {
    code: "ERR_TLS_INTERCEPTED",
    pattern: /x509|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|certificate signed by unknown authority/,
    explain: () => ({
      message: "A certificate in the connection to Azure is not trusted: a proxy seems to replace certificates.",
      hint: "Set NODE_EXTRA_CA_CERTS (same-kit) and SSL_CERT_FILE (terraform) to your organization's certificate.",
    }),
  },
  {
    code: "ERR_PROVISION_AZURE_BUSY",
    pattern: /unexpected status (429|5\d\d)|TooManyRequests|ServiceUnavailable|ServerTimeout/,
    explain: (_facts, match) => ({
      message: `Azure is busy (${match[0]}), even after the provider's own retries.`,
      hint: hint`Run ${sameKit("up")} again in a few minutes, with the same options: it continues.`,
    }),
  },
];

/** The error to show for a failed run of terraform; `cause` contains terraform's output. */
export function explainTerraformError(error: TerraformError, facts: DeploymentFacts): SameKitError {
  const wrong = wrongVariables(error.run.errors, facts.variableFiles);
  if (wrong !== null) return wrong;
  const text = textOf(error);
  for (const { code, pattern, explain } of RULES) {
    const match = text.match(pattern);
    if (match === null) continue;
    const explained = explain(facts, match, text);
    const message = withProgress(explained.message, error, facts);
    return new OperationError({ code, message, hint: withCorrelation(explained.hint ?? "", error), cause: error });
  }
  return unknownFailure(error, facts, text);
}

function unknownFailure(error: TerraformError, facts: DeploymentFacts, text: string): OperationError {
  if (error.command !== "apply" || facts.done === 0) return error;
  return new OperationError({
    code: "ERR_PROVISION_INCOMPLETE",
    message: `${facts.done} of ${facts.planned} resources are ready; the rest failed: ${text.slice(0, 2_000)}`,
    hint: withCorrelation(
      hint`Run ${sameKit("up")} again with the same options: it continues. ${sameKit("down")} removes what exists.`,
      error,
    ),
    cause: error,
  });
}

/** With this ID, Azure's support can find out more about the refusal. */
function withCorrelation(said: Hint, { command, run }: TerraformError): Hint {
  return command === "apply" ? hint`${said} Azure's correlation id is ${run.correlationId}.` : said;
}

/** Every message of an apply that had begun must describe the resulting state. */
function withProgress(message: string, error: TerraformError, { done, planned }: DeploymentFacts): string {
  if (error.command !== "apply" || planned === 0) return message;
  const ready =
    done === 0 ? `None of the ${planned} resources is ready.` : `${done} of ${planned} resources are ready and kept.`;
  return `${/[.\u2026!?]$/.test(message) ? message : `${message}.`} ${ready}`;
}

/** Terraform's errors with their details, otherwise its plain output. */
export function textOf(error: TerraformError): string {
  const { errors } = error.run;
  if (errors.length > 0) return errors.map(({ summary, detail }) => `${summary}\n${detail}`).join("\n\n");
  return plainText(error.run).trim() || "terraform exited without output.";
}

const SHOWN_LENGTH = 400;

/** On one line, truncated if it is long. */
export function inOneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= SHOWN_LENGTH ? line : `${line.slice(0, SHOWN_LENGTH)}…`;
}

/** The names of the policies in a response of Azure, quoted; empty if it names none. */
function policiesIn(text: string): string {
  const names = [...text.matchAll(/"policyAssignment":\s*\{\s*"name":\s*"([^"]+)"/g)].map(([, name]) => `"${name}"`);
  return names.length === 0 ? "" : `${[...new Set(names)].join(", ")}. `;
}
