import type { FilesRequest, RunFile } from "@same-kit/functions-app/contract";
import { reasonOf } from "@same-kit/shared";
import { localInstanceUrls } from "../../adapters/app/instance-urls.ts";
import type { StartedRun } from "../../adapters/app/run-status.ts";
import type { RunningRun } from "./run-state.ts";
import { sendFiles } from "./send-files.ts";
import { saveKnown } from "./write-in-place.ts";

// Error codes of Node and the system for a connection that was never opened, or over which nothing was sent: TLS comes first.
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
]);

// The message of `fetch` for ports to which it never connects, such as 6000; that error has no code.
const BAD_PORT = "bad port";

/** Sends the saved request of the run, after its files. */
export async function send(run: RunningRun): Promise<StartedRun> {
  try {
    return await sendRequest(run);
  } catch (error) {
    const { folder, host } = run;
    // A local host can still be given the saved request. If another app refused the run, nothing else will run it.
    if (host.isRemote && isNotTaken(error)) {
      await folder.update({ state: "failed", endedAt: new Date().toISOString(), reason: reasonOf(error) });
    }
    throw error;
  }
}

/** Whether the app certainly does not have the run: it said so, or no connection was made. */
function isNotTaken(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { cause?: { code?: unknown; message?: unknown } } };
  if (code === "ERR_APP_UNAUTHORIZED" || code === "ERR_APP_REFUSED") return true;
  const why = cause?.cause;
  return code === "ERR_APP_UNREACHABLE" && (NOT_CONNECTED.has(why?.code) || why?.message === BAD_PORT);
}

async function sendRequest(run: RunningRun): Promise<StartedRun> {
  const { host, folder, files, sent, deps } = run;
  const { leaveNow, signal, warn } = deps;
  const { id, sameEnv, continues } = folder.record;
  const collected = (await files?.()) ?? null;
  // A run that continues another starts with the files after its kept steps.
  const isEmpty = collected === null || continues !== undefined || collected.manifest.files.length === 0;
  // Not aborted by the first Ctrl-C: to terminate a run that was sent, its URLs must be known.
  const options = { runId: id, sameEnv, ...(continues && { continues }), signal: leaveNow };
  const request = await folder.readRequest();
  const keep = async (known: readonly RunFile[]) => {
    if (folder.record.inPlace !== undefined && continues === undefined) await saveKnown(folder, known);
  };
  const startWith = async (its: FilesRequest) => {
    // Before the start: the app may start the run even if its response does not arrive.
    await keep(its.files);
    return host.client.startWithFiles(request, its, options);
  };
  const taken = isEmpty ? null : await sendFiles({ client: host.client, id, files: collected, startWith, signal });
  const manifest = taken?.manifest ?? null;
  if (!isEmpty && manifest === null)
    warn("This version of the app does not accept files; the steps start without them.");
  for (const text of taken?.warnings ?? []) warn(text);
  const known = manifest === null ? [] : (taken?.files ?? []);
  sent.files = manifest;
  sent.paths = known.map(({ path }) => path);
  await keep(known);
  return taken?.started ?? host.client.start(request, { ...options, ...(manifest !== null && { files: manifest }) });
}

/** Finds a run that was sent before, and resumes it. @returns null if the storage does not know the run any more. */
export async function findSent({ host, folder, deps: { leaveNow, warn } }: RunningRun): Promise<StartedRun | null> {
  const { id } = folder.record;
  const sent = localInstanceUrls(host.url, host.hubName, id);
  // The storage may have only a part of the run, which would never end.
  if (host.booted?.hasLostWrites === true) await host.booted.client.purge(id);
  const status = await host.client.status(sent, leaveNow);
  if (status === null) {
    warn("The storage no longer has the run; restarting it from its saved request.");
    return null;
  }
  // If its host was killed and no other host has suspended it since, it runs as soon as this host works.
  if (status.runtimeStatus === "Suspended") {
    await host.client.resume(sent, "Continued by same-kit local resume.", leaveNow);
  }
  return sent;
}
