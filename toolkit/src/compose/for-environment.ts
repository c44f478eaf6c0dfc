import { SameKitError } from "@same-kit/shared";
import { networkError } from "../adapters/network.ts";
import { type EnvironmentFolder, environmentFlags } from "../deployment/environment.ts";

const COMMANDS = /`same-kit (up|down|publish|logs|outputs|status)\b([^`]*)`/g;

/**
 * Runs `work` of one environment. What it throws gets the last touch for a person: a hint names that environment, as the bare
 * command would be about another one, or about the real cloud; and a network that went away is no mistake of ours.
 */
export async function forEnvironment<T>(folder: EnvironmentFolder, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = error instanceof SameKitError ? error : (networkError(error) ?? error);
    throw nameEnvironment(known, environmentFlags(folder));
  }
}

function nameEnvironment(error: unknown, flags: string): unknown {
  if (!(error instanceof SameKitError) || typeof error.hint !== "string") return error;
  const hint = error.hint.replace(COMMANDS, (text, command: string, rest: string) =>
    flags === "" || rest.includes(flags) ? text : `\`same-kit ${command}${flags}${rest}\``,
  );
  return Object.assign(error, { hint });
}
