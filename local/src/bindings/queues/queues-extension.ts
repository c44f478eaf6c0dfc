// Azure Queue Storage: trigger and output.
// Source: Azure/azure-sdk-for-net, sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Queues.

import type { Clock } from "@same-kit/shared";
import { type AppFunction, resolveSettings } from "../../host/index.ts";
import type { DequeuedMessage } from "../../storage/storage-queue.ts";
import type { BindingInfo, TypedData } from "../../worker/messages.ts";
import { optionOf, wantsBytes } from "../binding-options.ts";
import { jsonMembers } from "../json-members.ts";
import type { StorageAccounts } from "../storage-connection.ts";
import { systemMetadata } from "../system-metadata.ts";
import { Listeners, type TriggerDeps, type TriggerExtension, type TriggerHost } from "../trigger-host.ts";
import { decodeMessage } from "./queue-encoding.ts";
import { listenToQueue, type MessageOutcome } from "./queue-listener.ts";
import { writeToQueue } from "./queue-output.ts";
import { queueSettings } from "./queue-settings.ts";

const TRIGGER_TYPE = "queueTrigger";
const NOT_BASE64 =
  ' It is not Base64; "extensions": {"queues": {"messageEncoding": "none"}} in host.json accepts plain text.';

export function createQueuesExtension(accounts: StorageAccounts, deps: TriggerDeps): TriggerExtension {
  let host: TriggerHost;
  const listeners = new Listeners(TRIGGER_TYPE, (fn, signal) => listen({ fn, host, accounts, deps, signal }), deps);
  return {
    name: "queues",
    triggerTypes: [TRIGGER_TYPE],
    outputBindings: {
      queue: (binding, value, context) =>
        writeToQueue(accounts.find(binding["connection"], context.appSettings, "queue"), binding, value, context),
    },
    start(running) {
      host = running;
      listeners.start(host);
    },
    stop: () => listeners.stop(),
    settled: () => listeners.settled(),
  };
}

type Setting = {
  fn: AppFunction;
  host: TriggerHost;
  accounts: StorageAccounts;
  deps: TriggerDeps;
  signal: AbortSignal;
};

async function listen({ fn, host, accounts, deps, signal }: Setting): Promise<void> {
  const trigger = fn.trigger as BindingInfo;
  const account = accounts.find(trigger["connection"], host.env, "queue");
  const queueName = resolveSettings(optionOf(trigger, "queueName"), host.env).text;
  const settings = queueSettings(host.extensionSettings);
  const isReady = () => host.state === "Running";
  const log = deps.log.child("queues");
  await listenToQueue(
    {
      queue: account.queue(queueName),
      poisonQueue: account.queue(`${queueName}-poison`),
      settings,
      isReady,
      handle: (message) => call(fn, message, { host, isPlain: settings.isPlain, clock: deps.clock }),
      reportPoison({ messageId, dequeueCount, text }) {
        const why = decodeMessage(text, settings.isPlain) === null ? NOT_BASE64 : "";
        const fields = { functionName: fn.name, messageId, dequeueCount };
        log.warn(`A message was moved to ${queueName}-poison.${why}`, fields);
      },
      clock: deps.clock,
      log,
    },
    signal,
  );
}

async function call(
  fn: AppFunction,
  message: DequeuedMessage,
  { host, isPlain, clock }: { host: TriggerHost; isPlain: boolean; clock: Clock },
): Promise<MessageOutcome> {
  const content = decodeMessage(message.text, isPlain);
  // The function did not fail, but no later attempt could decode the message either, so it is treated as failed.
  if (content === null) return "failed";
  const bytes = wantsBytes(fn.trigger as BindingInfo);
  const text = content.toString("utf8");
  const result = await host.invoke((functions) => functions.find(({ name }) => name === fn.name), {
    triggerData: bytes ? { bytes: content } : { string: text },
    triggerMetadata: {
      ...systemMetadata(fn.name, clock.now()),
      ...jsonMembers(text),
      ...metadataOf(message, text),
    },
  });
  if (result === undefined || result.status === "unavailable") return "retry";
  return result.status === "success" ? "done" : "failed";
}

/** @see Microsoft.Azure.WebJobs.Extensions.Storage.Queues/src/Triggers/QueueTriggerBinding.cs */
function metadataOf(message: DequeuedMessage, text: string): Record<string, TypedData> {
  const { messageId, popReceipt, dequeueCount, insertedAt, expiresAt, nextVisibleAt } = message;
  return {
    QueueTrigger: { string: text },
    DequeueCount: { json: String(dequeueCount) },
    ExpirationTime: { string: expiresAt.toISOString() },
    Id: { string: messageId },
    InsertionTime: { string: insertedAt.toISOString() },
    NextVisibleTime: { string: nextVisibleAt.toISOString() },
    PopReceipt: { string: popReceipt },
  };
}
