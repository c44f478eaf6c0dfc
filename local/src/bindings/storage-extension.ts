// Output bindings of the storage extension: queue messages and blobs. Its triggers and inputs are not served.
// Azure/azure-functions-host, Description/Binding/FunctionBinding.cs, BindAsyncCollectorAsync and BindStreamAsync.

import type { HostExtension, OutputBindingContext, OutputBindingWriter } from "../host/index.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import type { BindingInfo, TypedData } from "../worker/messages.ts";
import { connectionStringFor, type OpenAccount, StorageAccounts } from "./storage-connection.ts";

export function createStorageExtension(own: OpenAccount): HostExtension {
  const accounts = new StorageAccounts(own);
  const withAccount =
    (
      write: (account: StorageAccount, ...rest: Parameters<OutputBindingWriter>) => Promise<void>,
    ): OutputBindingWriter =>
    (binding, value, context) =>
      write(accounts.get(connectionStringFor(binding["connection"], context.appSettings)), binding, value, context);
  return {
    name: "storage",
    triggerTypes: [],
    outputBindings: { queue: withAccount(writeToQueue), blob: withAccount(writeBlob) },
  };
}

/** A list is one message per element. */
async function writeToQueue(
  account: StorageAccount,
  binding: BindingInfo,
  value: TypedData,
  context: OutputBindingContext,
): Promise<void> {
  const queue = account.queue(context.fill(optionOf(binding, "queueName")));
  await queue.createIfNotExists();
  const isPlain = /^none$/i.test(encodingOf(context));
  for (const text of toMessages(value)) {
    await queue.send(isPlain ? text.toString("utf8") : text.toString("base64"));
  }
}

async function writeBlob(
  account: StorageAccount,
  binding: BindingInfo,
  value: TypedData,
  context: OutputBindingContext,
): Promise<void> {
  const path = context.fill(optionOf(binding, "path"));
  const [containerName = "", ...name] = path.split("/");
  if (name.join("/") === "") throw new Error(`The path "${path}" of a blob is not CONTAINER/NAME.`);
  const container = account.container(containerName);
  await container.createIfNotExists();
  await container.upload(name.join("/"), toBytes(value));
}

function optionOf(binding: BindingInfo, name: string): string {
  const value = binding[name];
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`The output binding "${binding.name}" has no "${name}".`);
}

/** `extensions.queues.messageEncoding` of host.json: `base64`, the default, or `none`. */
function encodingOf({ extensionSettings }: OutputBindingContext): string {
  const section = extensionSettings["queues"];
  if (typeof section !== "object" || section === null) return "base64";
  const found = Object.entries(section).find(([key]) => key.toLowerCase() === "messageencoding");
  return String(found?.[1] ?? "base64");
}

function toMessages(value: TypedData): Buffer[] {
  const list: unknown = "json" in value ? JSON.parse(value.json) : undefined;
  if (!Array.isArray(list)) return [toBytes(value)];
  return list.map((item: unknown) => Buffer.from(typeof item === "string" ? item : JSON.stringify(item)));
}

function toBytes(value: TypedData): Buffer {
  if ("bytes" in value) return Buffer.from(value.bytes);
  if ("string" in value) return Buffer.from(value.string);
  if ("json" in value) return Buffer.from(value.json);
  return Buffer.from(JSON.stringify(Object.values(value)[0]));
}
