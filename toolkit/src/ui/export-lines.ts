import { shellQuote } from "./shell-quote.ts";

export type ExportedOutputs = { appName: string; hostName: string; accessKey: string };

/**
 * The two lines that a SAME client reads. Quoted for `sh` on every system, which is what evaluates them: terraform's
 * outputs are foreign text and must not become a command.
 *
 * @param withKey - The host as `same:KEY@HOST`, with which every client is let in; without, the app answers 401.
 */
export function exportLines({ appName, hostName, accessKey }: ExportedOutputs, withKey: boolean): string[] {
  const host = withKey ? accessKeyForm({ hostName, accessKey }) : hostName;
  const variables = { FUNCTIONS_APP_NAME: appName, FUNCTIONS_HOST_NAME: host };
  return Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuote(value, "linux")}`);
}

/** Host and key in one word, as `smoke-test --host-name` and other SAME clients take them. */
export function accessKeyForm({ accessKey, hostName }: Pick<ExportedOutputs, "accessKey" | "hostName">): string {
  return `same:${accessKey}@${hostName}`;
}
