import { execa } from "execa";

type AzAccount = { subscriptionId: string; tenantId: string; user: string };
type AzResult<T> = { kind: "ok"; value: T } | { kind: "missing" } | { kind: "failed"; text: string };

/** The Azure CLI: used only to find out who is signed in and to get tokens. */
export type Az = {
  account(): Promise<AzResult<AzAccount>>;
  /** A token for `scope`; unlike reading the account, this fails for an expired session. */
  token(scope: string, subscriptionId: string | null): Promise<AzResult<{ token: string; expiresAtMs: number }>>;
};

const TIMEOUT_MS = 60_000;

export function createAz(env: NodeJS.ProcessEnv, binary = "az"): Az {
  const run = (args: string[]) => runAz(binary, [...args, "-o", "json", "--only-show-errors"], env);
  return {
    async account() {
      const result = await run(["account", "show"]);
      if (result.kind !== "ok") return result;
      const account = result.value as { id: string; tenantId: string; user?: { name?: string } };
      return {
        kind: "ok",
        value: { subscriptionId: account.id, tenantId: account.tenantId, user: account.user?.name ?? "unknown" },
      };
    },
    async token(scope, subscriptionId) {
      const subscription = subscriptionId === null ? [] : ["--subscription", subscriptionId];
      const result = await run(["account", "get-access-token", "--scope", scope, ...subscription]);
      if (result.kind !== "ok") return result;
      const answer = result.value as { accessToken: string; expires_on?: number };
      // Older versions report only a local time without zone; the token is then requested again each time.
      return { kind: "ok", value: { token: answer.accessToken, expiresAtMs: (answer.expires_on ?? 0) * 1000 } };
    },
  };
}

async function runAz(binary: string, args: string[], env: NodeJS.ProcessEnv): Promise<AzResult<unknown>> {
  const result = await execa(binary, args, {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: TIMEOUT_MS,
  });
  if (result.code === "ENOENT") return { kind: "missing" };
  if (result.failed) return { kind: "failed", text: `${result.stderr}`.trim() || result.shortMessage || "az failed" };
  try {
    return { kind: "ok", value: JSON.parse(result.stdout) };
  } catch {
    return { kind: "failed", text: "az printed something that is not JSON." };
  }
}
