import { once } from "node:events";
import { waitFor } from "./wait-for.ts";

type Message = { id?: number; method?: string; params?: Record<string, unknown>; result?: unknown };

/** A client of Node's inspector (Chrome DevTools Protocol), which attaches to a port like an editor. */
export class DebuggerClient {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #events: Message[] = [];
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data)) as Message));
  }

  static async attach(port: number): Promise<DebuggerClient> {
    const [target] = (await waitFor(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
      return answer?.ok === true ? answer.json() : undefined;
    })) as { webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "");
    const client = new DebuggerClient(socket);
    await once(socket, "open");
    await client.send("Debugger.enable");
    await client.send("Runtime.enable");
    await client.send("NodeRuntime.notifyWhenWaitingForDisconnect", { enabled: true });
    return client;
  }

  send<Result>(method: string, params: object = {}): Promise<Result> {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#answers.set(id, (result) => resolve(result as Result)));
  }

  /** The next event of this kind that was not returned yet. */
  async event<Params>(method: string): Promise<Params> {
    const found = await waitFor(() => this.#events.find((it) => it.method === method));
    this.#events.splice(this.#events.indexOf(found), 1);
    return found.params as Params;
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: Message): void {
    // An exiting process waits for its debugger to detach, as editors then do.
    if (message.method === "NodeRuntime.waitingForDisconnect") this.close();
    if (message.id === undefined) this.#events.push(message);
    else this.#answers.get(message.id)?.(message.result);
  }
}
