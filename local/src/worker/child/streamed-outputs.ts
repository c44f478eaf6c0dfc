import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { isRecord } from "@same-kit/shared";
import type { CoreMetadata } from "./programming-model.ts";

type ExtraOutputs = { get(name: string): unknown; set(name: string, value: unknown): void };

/**
 * Reads the streams that a call passes to its blob outputs, which take bytes: the library would otherwise write a
 * stream as JSON of its internals, as it does on Azure.
 *
 * @returns The call's result, with its streams read as well.
 * @throws The error of a stream, which fails the call.
 */
export async function readStreamedOutputs(context: unknown, result: unknown, metadata: CoreMetadata): Promise<unknown> {
  const extraOutputs = isRecord(context) ? (context["extraOutputs"] as ExtraOutputs | undefined) : undefined;
  let whole = result;
  for (const [name, { type, direction }] of Object.entries(metadata.bindings)) {
    if (direction !== "out" || type.toLowerCase() !== "blob") continue;
    if (name === "$return") whole = await toBytes(result);
    else extraOutputs?.set(name, await toBytes(extraOutputs.get(name)));
  }
  return whole;
}

async function toBytes(value: unknown): Promise<unknown> {
  if (value instanceof Blob) return Buffer.from(await value.arrayBuffer());
  return value instanceof Readable || value instanceof ReadableStream ? buffer(value) : value;
}
