import type { OutputBindingContext } from "../../host/index.ts";
import type { StorageAccount } from "../../storage/storage-account.ts";
import type { BindingInfo, TypedData } from "../../worker/messages.ts";
import { optionOf } from "../binding-options.ts";
import { toBytes, toItems } from "../typed-values.ts";
import { encodeMessage } from "./queue-encoding.ts";
import { queueSettings } from "./queue-settings.ts";

/**
 * Sends one message per element of a list. @see Azure/azure-functions-host, Description/Binding/FunctionBinding.cs,
 * BindAsyncCollectorAsync
 */
export async function writeToQueue(
  account: StorageAccount,
  binding: BindingInfo,
  value: TypedData,
  context: OutputBindingContext,
): Promise<void> {
  const queue = account.queue(context.fill(optionOf(binding, "queueName")));
  await queue.createIfNotExists();
  const { isPlain } = queueSettings(context.extensionSettings);
  for (const item of toItems(value)) await queue.send(encodeMessage(toBytes(item), isPlain));
}
