import { once } from "node:events";
import net from "node:net";
import { AZURITE_SERVICES, type AzuritePorts, LOOPBACK } from "./endpoints.ts";
import { portInUse } from "./recognise.ts";

/** Ports that are already listening; a child process takes over their sockets. */
export type ListeningPorts = {
  ports: AzuritePorts;
  entrancePort: number;
  /**
   * File descriptors of the blob, queue, table and entrance sockets, to pass to a child; undefined where the platform
   * has none (Windows).
   */
  fds: readonly number[] | undefined;
  /** Closes this process's copies of the sockets. */
  close(): Promise<void>;
};

export type WantedPorts = {
  ports: AzuritePorts;
  /** Whether exactly these ports are required; otherwise any free ports are used instead. */
  isRequired: boolean;
};

/**
 * Opens Azurite's ports before Azurite runs, so that no other process can take them and clients can connect
 * immediately.
 *
 * @throws AzuriteError `ERR_AZURITE_PORT_IN_USE` if a required port is in use.
 */
export async function openPorts(wanted: WantedPorts | undefined): Promise<ListeningPorts> {
  const fallback = wanted?.isRequired === true ? undefined : 0;
  const opened = await Promise.allSettled([
    ...AZURITE_SERVICES.map((service) => listen(wanted?.ports[service] ?? 0, fallback)),
    listen(0, undefined),
  ]);
  const sockets = opened.flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
  const close = async () => {
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.close(resolve))));
  };
  const failedAt = opened.findIndex(({ status }) => status === "rejected");
  if (failedAt !== -1) {
    await close();
    const { reason } = opened[failedAt] as PromiseRejectedResult;
    const service = AZURITE_SERVICES[failedAt] ?? "blob";
    if (isPortTaken(reason) && wanted !== undefined) throw await portInUse(service, wanted.ports[service], "other");
    throw reason;
  }
  const [blob = 0, queue = 0, table = 0, entrancePort = 0] = sockets.map(
    (socket) => (socket.address() as net.AddressInfo).port,
  );
  return { ports: { blob, queue, table }, entrancePort, fds: toDescriptors(sockets), close };
}

async function listen(port: number, fallback: number | undefined): Promise<net.Server> {
  const socket = net.createServer();
  socket.listen({ port, host: LOOPBACK, exclusive: true });
  try {
    await once(socket, "listening");
    return socket;
  } catch (error) {
    if (fallback === undefined || !isPortTaken(error)) throw error;
    return listen(fallback, undefined);
  }
}

// Undocumented, but Node's own cluster module and `stdio` handling use it.
type WithHandle = { _handle?: { fd?: number } };

function toDescriptors(sockets: readonly net.Server[]): number[] | undefined {
  const fds = sockets.map((socket) => (socket as WithHandle)._handle?.fd ?? -1);
  return fds.every((fd) => fd >= 0) ? fds : undefined;
}

function isPortTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EADDRINUSE" || code === "EACCES";
}
