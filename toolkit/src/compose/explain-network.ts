import { SameKitError } from "@same-kit/shared";
import { networkError } from "../adapters/network.ts";

/** Runs `work`; a connection that broke during it becomes an error for a person: it is not a mistake of ours. */
export async function explainingNetwork<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SameKitError ? error : (networkError(error) ?? error);
  }
}
