import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Measures the time during which at least one storage request is in progress. */
export class StorageTime {
  readonly #ports: ReadonlySet<string>;
  #open = 0;
  #since = 0;
  #totalMs = 0;
  #requests = 0;

  constructor(ports: readonly number[]) {
    this.#ports = new Set(ports.map(String));
  }

  start(): void {
    subscribe("http.client.request.start", this.#onStart);
    subscribe("http.client.response.finish", this.#onFinish);
  }

  /** @returns The time and requests since the last call. */
  take(): { ms: number; requests: number } {
    const taken = { ms: this.#totalMs, requests: this.#requests };
    this.#totalMs = 0;
    this.#requests = 0;
    return taken;
  }

  stop(): void {
    unsubscribe("http.client.request.start", this.#onStart);
    unsubscribe("http.client.response.finish", this.#onFinish);
  }

  #isStorage(message: unknown): boolean {
    const { request } = message as { request: { getHeader(name: string): unknown } };
    const port = String(request.getHeader("host") ?? "").split(":")[1] ?? "";
    return this.#ports.has(port);
  }

  readonly #onStart = (message: unknown): void => {
    if (!this.#isStorage(message)) return;
    if (this.#open === 0) this.#since = performance.now();
    this.#open += 1;
    this.#requests += 1;
  };

  readonly #onFinish = (message: unknown): void => {
    if (!this.#isStorage(message) || this.#open === 0) return;
    this.#open -= 1;
    if (this.#open === 0) this.#totalMs += performance.now() - this.#since;
  };
}
