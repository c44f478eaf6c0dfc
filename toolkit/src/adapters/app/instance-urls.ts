import type { StartedRun } from "./run-status.ts";

/** The URLs of a run on a local host, whose management API needs no key. */
export function localInstanceUrls(hostUrl: string, hubName: string, id: string): StartedRun {
  const instance = `${hostUrl}/runtime/webhooks/durabletask/instances/${encodeURIComponent(id)}`;
  const query = `taskHub=${encodeURIComponent(hubName)}&connection=Storage`;
  return {
    id,
    statusQueryGetUri: `${instance}?${query}`,
    terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
    suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
    resumePostUri: `${instance}/resume?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${instance}?${query}`,
  };
}
