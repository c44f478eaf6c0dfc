import { systemWaiting } from "@same-kit/shared";
import { createAz } from "../adapters/azure/az.ts";
import { type SignedIn, signIn } from "../adapters/azure/sign-in.ts";
import { PreflightError } from "../adapters/preflight.ts";
import { useProxyOf } from "../adapters/proxy.ts";
import type { CommandContext } from "../command-context.ts";

/**
 * Signs in to Azure, for commands that only read.
 *
 * @throws PreflightError
 */
export async function signedInTo(
  subscription: string | null,
  { env, signal, console }: CommandContext,
): Promise<SignedIn> {
  const { remark } = useProxyOf(env);
  if (remark !== null) console.note(remark);
  const { now, sleep } = systemWaiting;
  const result = await signIn(subscription, { env, az: createAz(env), fetch, sleep, signal, now });
  if (Array.isArray(result)) throw new PreflightError(result);
  return result;
}
