import path from "node:path";
import { findAzurerm, type ProviderSource } from "../../rehearsal/src/index.ts";

/** A value for `--provider-mirror`: where deployment tests find the real azurerm; by default they use the stand-in. */
export const PROVIDER_MIRROR = process.env["SAME_KIT_PROVIDER_MIRROR"] ?? "stand-in";

export async function testProvider(): Promise<ProviderSource> {
  if (PROVIDER_MIRROR === "stand-in") return { kind: "stand-in" };
  const found = await findAzurerm([path.resolve(PROVIDER_MIRROR)]);
  if (found === null) throw new Error(`${PROVIDER_MIRROR} holds no azurerm.`);
  return found;
}
