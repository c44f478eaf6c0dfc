import { randomUUID } from "node:crypto";
import type { TypedData } from "../worker/messages.ts";

/** What triggers of Azure's SDK add to what they know of an event. @see Azure/azure-webjobs-sdk, SystemBindingData.cs */
export function systemMetadata(functionName: string, now: Date): Record<string, TypedData> {
  const sys = { MethodName: functionName, UtcNow: now.toISOString(), RandGuid: randomUUID() };
  return { sys: { json: JSON.stringify(sys) } };
}
