import { SameKitError } from "@same-kit/shared";
import { networkError } from "../adapters/network.ts";

/** Runs `work`; a broken connection becomes an error for the user, because it is not a bug. */
export async function explainingNetwork<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SameKitError ? error : (networkError(error) ?? error);
  }
}
