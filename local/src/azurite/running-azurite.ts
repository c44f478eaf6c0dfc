import type { AzuritePorts } from "./endpoints.ts";
import type { AzuriteError } from "./errors.ts";

export type Entrance = { port: number; secret: string };

/** An Azurite that this process may use. */
export interface RunningAzurite {
  readonly connectionString: string;
  readonly ports: AzuritePorts;
  /**
   * Where connections of the public development account get in, after a greeting (`entrance-greeting.ts`); absent where the
   * services' own ports take the public key, and in a container, where nothing does.
   */
  readonly entrance?: Entrance;
  /** Whether this call started it, or found it running. */
  readonly isShared: boolean;
  /** Whether it is a foreign one, with the public key. */
  readonly isForeign: boolean;
  /** The process, where this machine runs it and it is known. */
  readonly pid: number | undefined;
  /**
   * Whether the last use of its data ended without a clean stop. Azurite saves its tables and queues apart, every 5 s: what
   * it had acknowledged after that is gone, and what is left need not fit together.
   */
  readonly hasLostWrites: boolean;
  /**
   * Resolves when Azurite answers. Requests may be sent before: they wait in the ports' backlog, so that everything else can
   * start meanwhile. Rejects with `ERR_AZURITE_NOT_READY`.
   */
  readonly ready: Promise<void>;
  /** Resolves when it goes away without having been stopped; stays pending otherwise. */
  readonly lost: Promise<AzuriteError>;
  /** Lets go of it, and ends it where nobody else uses it. Safe to call twice. */
  stop(): Promise<void>;
}

/** For an Azurite whose exit cannot be observed. */
export const NEVER: Promise<never> = new Promise(() => {});
