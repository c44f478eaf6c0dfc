import type { AzuritePorts } from "./endpoints.ts";
import type { AzuriteError } from "./errors.ts";

export type Entrance = { port: number; secret: string };

/** An Azurite that this process can use. */
export interface RunningAzurite {
  readonly connectionString: string;
  readonly ports: AzuritePorts;
  /**
   * Accepts connections of the host and its app after a greeting (`entrance-greeting.ts`), with the account's key or the public one.
   * Absent for a foreign Azurite and for a container.
   */
  readonly entrance?: Entrance;
  /** Whether this Azurite was already running and is shared, rather than started by this call. */
  readonly isShared: boolean;
  /** Whether same-kit did not start it; such an Azurite uses the public key. */
  readonly isForeign: boolean;
  /** Process id, if it runs on this machine and is known. */
  readonly pid: number | undefined;
  /**
   * Whether the last use of its data ended without a clean stop. Azurite saves tables and queues independently, every 5
   * s: writes acknowledged after the last save are lost, and what remains may be inconsistent.
   */
  readonly hasLostWrites: boolean;
  /**
   * Resolves when Azurite answers. Requests through the entrance can be sent earlier: they wait in its backlog, so
   * everything else can start in the meantime. Rejects with `ERR_AZURITE_NOT_READY`.
   */
  readonly ready: Promise<void>;
  /** Resolves if Azurite exits without having been stopped; otherwise stays pending. */
  readonly lost: Promise<AzuriteError>;
  /** Releases this Azurite, and stops it unless others still use it. Safe to call twice. */
  stop(): Promise<void>;
}

/** For an Azurite whose exit cannot be observed. */
export const NEVER: Promise<never> = new Promise(() => {});
