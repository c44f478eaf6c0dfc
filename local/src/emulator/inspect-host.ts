import type { TaskHubClient } from "../engine/client.ts";
import { describeHub, describeQueue } from "../engine/describe-hub.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import type { FunctionsHost } from "../host/index.ts";
import type { HostDescription, InspectedSource, RunsSource } from "../inspector/index.ts";
import type { WebhookHandler } from "../shared/http-message.ts";
import { listRunFiles } from "../state/run-file.ts";
import { readEntityInternals } from "./entity-internals.ts";
import { inspectorUrlOf } from "./inspector-extension.ts";
import type { LocalStorage } from "./open-local-storage.ts";
import { readSourceLines } from "./read-source-lines.ts";
import { sameKitVersion } from "./same-kit-version.ts";
import type { HostSetting } from "./start-host.ts";

/** The parts that exist once the host runs. */
export type InspectedParts = { host: FunctionsHost; client: TaskHubClient; invoker: FunctionInvoker };

/** What the inspector shows of a host on this machine; requests wait until it runs. */
export function inspectHost(
  { folder, settings, storage, events, traces }: HostSetting,
  {
    management,
    parts,
    runs,
  }: { management: WebhookHandler; parts: Promise<InspectedParts>; runs: RunsSource | undefined },
): InspectedSource {
  const { hubName, partitionCount } = settings;
  return {
    management,
    events,
    async describe() {
      const { url, nodeVersion = null, state, functions } = (await parts).host;
      return {
        kind: "host",
        where: url,
        hubName,
        storage: storage.description,
        version: await sameKitVersion(),
        nodeVersion,
        state,
        functions,
        hosts: await listHosts(folder.hostsDir, url),
      };
    },
    hub: async () => describeWithPoison((await parts).host, { storage, hubName, partitionCount }),
    sources: async (instanceId) => readSourceLines(instanceId, { ...(await parts), settings }),
    entity: async (name, key) => readEntityInternals((await parts).client, name, key),
    ...(traces === null ? {} : { traces }),
    ...(runs === undefined ? {} : { runs }),
  };
}

async function listHosts(hostsDir: string, thisUrl: string): Promise<HostDescription["hosts"]> {
  const files = await listRunFiles(hostsDir);
  return files.map(({ url, process: { pid }, hubName, appDir, startedAt }) => ({
    url,
    inspectorUrl: inspectorUrlOf(url),
    pid,
    hubName,
    appDir,
    startedAt,
    isThis: url === thisUrl,
  }));
}

async function describeWithPoison(
  host: FunctionsHost,
  { storage, hubName, partitionCount }: { storage: LocalStorage; hubName: string; partitionCount: number },
) {
  const { account, description } = storage;
  const [hub, ...poison] = await Promise.all([
    describeHub({ storage: account, hubName, partitionCount }),
    ...poisonQueueNames(host).map((name) => describeQueue(account.queue(name))),
  ]);
  return { ...hub, storage: description, poison: poison.filter(({ messages }) => messages !== null) };
}

const BLOB_POISON_QUEUE = "webjobs-blobtrigger-poison";

/** The queues for messages that the app's functions repeatedly failed to handle. */
function poisonQueueNames(host: FunctionsHost): string[] {
  const names = host.registeredFunctions().flatMap(({ trigger }) => {
    const type = trigger?.type.toLowerCase();
    if (type === "blobtrigger") return [BLOB_POISON_QUEUE];
    const queueName = trigger?.["queueName"];
    return type === "queuetrigger" && typeof queueName === "string" ? [`${queueName}-poison`] : [];
  });
  return [...new Set(names)].filter((name) => /^[a-z0-9-]+$/.test(name));
}
