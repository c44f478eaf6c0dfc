import { randomUUID } from "node:crypto";

type DeviceCode = { deviceCode: string; userCode: string; expiresInS: number };

/** The result of exchanging a device code; `pending` asks the client to poll again. */
type DeviceCodeResult = { kind: "granted"; clientId: string } | { kind: "pending" | "expired" | "unknown" };

const LIFETIME_S = 900;
// Codes are issued without any proof, so their number is limited.
const MAX_WAITING = 100;

type Waiting = { clientId: string; expiresAtMs: number; wasPolled: boolean };

/** Device codes waiting to be exchanged. No one opens a browser here: the second poll finds the code confirmed. */
export class DeviceCodes {
  readonly #now: () => number;
  readonly #waiting = new Map<string, Waiting>();

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(clientId: string): DeviceCode {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    const deviceCode = randomUUID();
    this.#waiting.set(deviceCode, { clientId, expiresAtMs: this.#now() + LIFETIME_S * 1_000, wasPolled: false });
    return { deviceCode, userCode: randomUUID().slice(0, 8).toUpperCase(), expiresInS: LIFETIME_S };
  }

  /** Each code is granted once, and only to the client it was issued to. */
  exchange(deviceCode: string, clientId: string): DeviceCodeResult {
    const waiting = this.#waiting.get(deviceCode);
    if (waiting === undefined || waiting.clientId !== clientId) return { kind: "unknown" };
    if (waiting.expiresAtMs <= this.#now()) {
      this.#waiting.delete(deviceCode);
      return { kind: "expired" };
    }
    if (!waiting.wasPolled) {
      waiting.wasPolled = true;
      return { kind: "pending" };
    }
    this.#waiting.delete(deviceCode);
    return { kind: "granted", clientId };
  }
}
