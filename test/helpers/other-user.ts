import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** `nobody` on Linux. */
export const OTHER_UID = 65_534;

/** Only root can become another user. */
export const canBeOtherUser = process.platform === "linux" && process.geteuid?.() === 0;

// Privileges are dropped inside the process: another user might not be allowed to start this Node.
const BECOME_OTHER = `process.setgroups([]); process.setgid(${OTHER_UID}); process.setuid(${OTHER_UID});`;

export type OtherAnswer = { status: number; text: string } | { error: string };

/** The response to another user of this machine from a URL. Certificates are not checked. */
export async function fetchAsOtherUser(url: string, init: RequestInit = {}): Promise<OtherAnswer> {
  const call = `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)})`;
  const script = `${BECOME_OTHER}
    ${call}.then(async (it) => ({ status: it.status, text: await it.text() }))
      .catch((error) => ({ error: String(error.cause?.code ?? error) }))
      .then((answer) => console.log(JSON.stringify(answer)));`;
  const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" };
  const { stdout } = await run(process.execPath, ["-e", script], { env });
  return JSON.parse(stdout) as OtherAnswer;
}
