import { randomUUID } from "node:crypto";
import type { TypedData } from "../worker/messages.ts";

/** Metadata that the triggers of Azure's SDK add to every event. @see Azure/azure-webjobs-sdk, SystemBindingData.cs */
export function systemMetadata(functionName: string, now: Date): Record<string, TypedData> {
  const sys = { MethodName: functionName, UtcNow: now.toISOString(), RandGuid: randomUUID() };
  return { sys: { json: JSON.stringify(sys) } };
}
