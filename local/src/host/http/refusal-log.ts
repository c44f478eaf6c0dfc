import type { IncomingMessage } from "node:http";
import type { Logger } from "@same-kit/shared";

// Limited so that a page that tries many names fills neither the log nor the memory.
const MAX_REPORTED = 20;

/** Logs requests that were refused for their host name or origin, with the option that would allow them; each once. */
export class RefusalLog {
  readonly #log: Logger;
  readonly #reported = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  report(status: 403 | 421, { headers, method, url }: IncomingMessage): void {
    const { host = "", origin } = headers;
    const name = status === 421 ? host : (origin ?? "another site");
    if (this.#reported.has(name) || this.#reported.size >= MAX_REPORTED) return;
    this.#reported.add(name);
    const fields = { method: method ?? "", path: (url ?? "").split("?")[0] ?? "" };
    this.#log.warn(describe(status, name, origin !== undefined), fields);
  }
}

function describe(status: 403 | 421, name: string, hasOrigin: boolean): string {
  if (status === 421) {
    const hostName = name.replace(/:\d+$/, "");
    return `A request to the host name "${name}" was refused${adviceFor("--allow-host", hostName)}.`;
  }
  if (!hasOrigin) return "A request from a page of another site was refused.";
  return `A request from a page of "${name}" was refused${adviceFor("--allow-origin", name)}.`;
}

/**
 * A made-up value is not put into a command that the user may copy. Neither is "null": every sandboxed page and every
 * local file has this origin.
 */
function adviceFor(option: string, name: string): string {
  if (name === "null" || !/^[a-z0-9.:/_-]+$/i.test(name)) return "";
  return `; ${option} ${name} of "local up" and "func start" serves it`;
}
