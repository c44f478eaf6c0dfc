import { createHash } from "node:crypto";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { storageCredential } from "./managed-identity.ts";

/** Sessions of runs, in the app's own storage account. */
export type SessionStore = {
  /** @returns `container/blob`. The same bytes of one run are stored once. */
  save(instanceId: string, session: Buffer): Promise<{ blob: string; sha256: string }>;
  /** @throws Error where it is gone or was changed. */
  load(reference: { blob: string; sha256: string }): Promise<Buffer>;
};

type Environment = Readonly<Record<string, string | undefined>>;

const CONNECTION = "AzureWebJobsStorage";
let opened: { key: string; service: BlobServiceClient } | undefined;

/**
 * Opens the store. Blobs lie in the hub's `-largemessages` container under the instance's own prefix, so that purging a run
 * removes its sessions too.
 */
export function openSessionStore(env: Environment, taskHubName: string): SessionStore {
  const container = serviceOf(env).getContainerClient(`${taskHubName.toLowerCase()}-largemessages`);
  return {
    async save(instanceId, session) {
      const sha256 = createHash("sha256").update(session).digest("hex");
      const name = `${instanceId}/session-${sha256}.dill`;
      await upload(container, name, session);
      return { blob: `${container.containerName}/${name}`, sha256 };
    },
    async load({ blob, sha256 }) {
      const name = blob.slice(blob.indexOf("/") + 1);
      const session = await container.getBlockBlobClient(name).downloadToBuffer();
      if (createHash("sha256").update(session).digest("hex") !== sha256) {
        throw new Error(`The session ${blob} was changed since it was written.`);
      }
      return session;
    },
  };
}

async function upload(container: ContainerClient, name: string, bytes: Buffer): Promise<void> {
  const blob = container.getBlockBlobClient(name);
  try {
    await blob.uploadData(bytes);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    await container.createIfNotExists();
    await blob.uploadData(bytes);
  }
}

function serviceOf(env: Environment): BlobServiceClient {
  const connection = env[CONNECTION] ?? "";
  const account = env[`${CONNECTION}__accountName`] ?? "";
  const endpoint = env[`${CONNECTION}__blobServiceUri`] ?? `https://${account}.blob.core.windows.net`;
  const key = connection || endpoint;
  if (opened?.key === key) return opened.service;
  if (connection === "" && account === "" && env[`${CONNECTION}__blobServiceUri`] === undefined) {
    throw new Error(`The app setting ${CONNECTION} is not set: there is nowhere to keep sessions.`);
  }
  const service =
    connection === ""
      ? new BlobServiceClient(endpoint, storageCredential(env))
      : BlobServiceClient.fromConnectionString(connection);
  opened = { key, service };
  return service;
}
