import { WEBHOOK_PATH } from "./route.ts";

type InstanceUrlParts = {
  /** Scheme and authority that the caller can reach, without a trailing slash. */
  origin: string;
  hubName: string;
  connectionName: string;
  /** `code=…` or empty. */
  webhookQuery: string;
};

type UrlName =
  | "statusQueryGetUri"
  | "sendEventPostUri"
  | "terminatePostUri"
  | "rewindPostUri"
  | "purgeHistoryDeleteUri"
  | "restartPostUri"
  | "suspendPostUri"
  | "resumePostUri";

/**
 * The URLs that act on one instance, in the extension's order. Placeholders in braces are left for the client to fill
 * in.
 *
 * @param pathId - The id as it appears in the path: encoded, or the placeholder of the client binding.
 * @see Azure/azure-functions-durable-extension, HttpApiHandler.cs, GetClientResponseLinks
 */
export function instanceUrls(pathId: string, parts: InstanceUrlParts): Record<UrlName, string> {
  const { origin, hubName, connectionName, webhookQuery } = parts;
  const hub = `taskHub=${encodeURIComponent(hubName)}&connection=${encodeURIComponent(connectionName)}`;
  const query = webhookQuery === "" ? hub : `${hub}&${webhookQuery}`;
  const base = `${origin}${WEBHOOK_PATH}/instances/${pathId}`;
  return {
    statusQueryGetUri: `${base}?${query}`,
    sendEventPostUri: `${base}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${base}/terminate?reason={text}&${query}`,
    rewindPostUri: `${base}/rewind?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${base}?${query}`,
    restartPostUri: `${base}/restart?${query}`,
    suspendPostUri: `${base}/suspend?reason={text}&${query}`,
    resumePostUri: `${base}/resume?reason={text}&${query}`,
  };
}
