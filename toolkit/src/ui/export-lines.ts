import { shellQuote } from "./shell-quote.ts";

type ExportedOutputs = { appName: string; hostName: string; accessKey: string };

/**
 * The two lines that a SAME client needs. They are quoted for `sh` on every system, because `sh` evaluates them: terraform's
 * outputs are foreign text and must not become a command.
 *
 * @param withKey - Includes the key in the host as `same:KEY@HOST`; without it, the app answers 401.
 */
export function exportLines({ appName, hostName, accessKey }: ExportedOutputs, withKey: boolean): string[] {
  const host = withKey ? accessKeyForm({ hostName, accessKey }) : hostName;
  const variables = { FUNCTIONS_APP_NAME: appName, FUNCTIONS_HOST_NAME: host };
  return Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuote(value, "linux")}`);
}

/** Host and key in one word, in the form that `smoke-test --host-name` and other SAME clients accept. */
export function accessKeyForm({ accessKey, hostName }: Pick<ExportedOutputs, "accessKey" | "hostName">): string {
  return `same:${accessKey}@${hostName}`;
}
