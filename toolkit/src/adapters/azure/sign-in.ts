import { readFile } from "node:fs/promises";
import { SameKitError } from "@same-kit/shared";
import { untrustedCertificate } from "../network.ts";
import { type PreflightProblem, toProblem } from "../preflight.ts";
import { ArmClient, ArmError } from "./arm.ts";
import type { Az } from "./az.ts";
import { type Cloud, loadCloud } from "./cloud.ts";
import { type Credential, resolveCredential } from "./credentials.ts";
import { createTokenSource, type TokenSource } from "./tokens.ts";

/** Azure, with a valid sign-in. */
export type SignedIn = {
  cloud: Cloud;
  arm: ArmClient;
  token: TokenSource;
  subscriptionId: string;
  subscriptionName: string;
  tenantId: string;
  /** The signed-in identity, for messages. */
  user: string;
};

type SignInDeps = {
  env: NodeJS.ProcessEnv;
  az: Az;
  fetch: typeof fetch;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  signal: AbortSignal;
  now: () => number;
};

const SUBSCRIPTION_API = "2022-12-01";

/**
 * Gets one token, as terraform will, and reads the subscription with it.
 *
 * @param wanted - `--subscription`; otherwise `ARM_SUBSCRIPTION_ID`, otherwise the Azure CLI's current one.
 */
export async function signIn(wanted: string | null, deps: SignInDeps): Promise<SignedIn | PreflightProblem[]> {
  const credential = resolveCredential(deps.env, { readFile: (file) => readFile(file, "utf8"), fetch: deps.fetch });
  if (Array.isArray(credential)) {
    return credential.map(({ variable, message }) => ({
      code: "ERR_PREFLIGHT_CREDENTIALS",
      message,
      hint: `Set ${variable}.`,
    }));
  }
  try {
    return await signInWith(credential, wanted, deps);
  } catch (error) {
    return [explainSignIn(error)];
  }
}

async function signInWith(
  credential: Credential,
  wanted: string | null,
  deps: SignInDeps,
): Promise<SignedIn | PreflightProblem[]> {
  const { env, az } = deps;
  const cloud = await loadCloud(env);
  const usesAz = credential.kind === "az" || credential.kind === "client-certificate";
  const account = usesAz ? await az.account() : null;
  if (account?.kind === "missing") throw new Error('exec: "az": executable file not found');
  if (account?.kind === "failed") throw new Error(account.text);
  const subscriptionId = wanted ?? env["ARM_SUBSCRIPTION_ID"] ?? account?.value.subscriptionId ?? "";
  if (subscriptionId === "") throw new Error("subscription ID could not be determined");
  const token = createTokenSource(credential, { ...deps, cloud, subscriptionId });
  await token();
  const arm = new ArmClient({ cloud, token, fetch: deps.fetch, sleep: deps.sleep, signal: deps.signal });
  const subscription = await arm.find(`/subscriptions/${subscriptionId}`, SUBSCRIPTION_API);
  const { state, displayName, tenantId } = (subscription ?? {}) as Record<string, string | undefined>;
  const user = account?.value.user ?? ("clientId" in credential ? (credential.clientId ?? "the identity") : "you");
  if (subscription === null || state !== "Enabled") return [unusableSubscription(subscriptionId, user, state)];
  return {
    cloud,
    arm,
    token,
    subscriptionId,
    subscriptionName: displayName ?? subscriptionId,
    tenantId: tenantId ?? "",
    user,
  };
}

function explainSignIn(error: unknown): PreflightProblem {
  const said = messagesOf(error);
  const text = said.join(": ");
  if (/executable file not found/.test(text)) {
    return problem(
      "ERR_PREFLIGHT_AZ_MISSING",
      "The Azure CLI was not found, and the environment names no service principal.",
      "Install it, or set ARM_CLIENT_ID, ARM_TENANT_ID and ARM_CLIENT_SECRET.",
    );
  }
  if (/az login/.test(text) && !/AADSTS/.test(text)) {
    return problem("ERR_PREFLIGHT_NOT_SIGNED_IN", "You are not signed in to Azure.", "Run `az login`.");
  }
  const expired = text.match(/AADSTS\d+|ExpiredAuthenticationToken|InvalidAuthenticationToken/);
  if (expired !== null) {
    return problem(
      "ERR_PREFLIGHT_SESSION_EXPIRED",
      `Azure refused the sign-in (${expired[0]}): ${text.replace(/\s+/g, " ").slice(0, 300)}`,
      "Run `az login` again; for a service principal, check its secret.",
    );
  }
  if (/SubscriptionNotFound|could not be determined|not known by/.test(text)) {
    return problem(
      "ERR_PREFLIGHT_SUBSCRIPTION",
      `No usable subscription: ${text.replace(/\s+/g, " ").slice(0, 300)}`,
      "Choose one from `az account list -o table` and pass it with --subscription.",
    );
  }
  if (/CERT|self.signed|certificate|x509/i.test(text)) {
    // The innermost message says what is wrong with the certificate.
    return toProblem(untrustedCertificate(said.at(-1) ?? text));
  }
  if (error instanceof ArmError && error.status === 403) {
    return problem("ERR_PROVISION_FORBIDDEN", error.message, "Ask for the role Contributor on the subscription.");
  }
  return problem("ERR_PREFLIGHT_SIGN_IN", `Azure could not be reached: ${text}`, "Check the network, then try again.");
}

function unusableSubscription(id: string, user: string, state: string | undefined): PreflightProblem {
  const why = state === undefined ? "" : ` Its state is ${state}.`;
  return problem(
    "ERR_PREFLIGHT_SUBSCRIPTION",
    `Subscription ${id} is not usable for ${user}.${why}`,
    "Choose one from `az account list -o table` and pass it with --subscription.",
  );
}

/** The messages of an error and its causes: fetch puts the reason into `cause`. Texts that an outer message contains are omitted. */
function messagesOf(error: unknown): string[] {
  const said: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    // Our codes precede a whole message and do not occur inside one.
    const code = at instanceof SameKitError ? "" : ((at as NodeJS.ErrnoException).code ?? "");
    const text = `${code} ${at.message}`.trim();
    if (!said.some((outer) => outer.includes(text))) said.push(text);
  }
  return said;
}

const problem = (code: string, message: string, hint: string): PreflightProblem => ({ code, message, hint });
