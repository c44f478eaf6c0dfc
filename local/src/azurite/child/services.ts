// Azurite's servers without its command line, which would parse our arguments, load telemetry and start the services
// one after the other.

import path from "node:path";
import blobConfiguration from "azurite/dist/src/blob/BlobConfiguration.js";
import blobServer from "azurite/dist/src/blob/BlobServer.js";
import queueConfiguration from "azurite/dist/src/queue/QueueConfiguration.js";
import queueServer from "azurite/dist/src/queue/QueueServer.js";
import tableConfiguration from "azurite/dist/src/table/TableConfiguration.js";
import tableServer from "azurite/dist/src/table/TableServer.js";
import { AZURITE_SERVICES, type AzuriteService, LOOPBACK } from "../endpoints.ts";
import type { AzuriteServer } from "./azurite-server.ts";
import type { ChildOptions } from "./child-options.ts";

/**
 * Seconds that an idle connection stays open. Azurite's default of 5 would close connections that our clients are about
 * to reuse.
 */
const KEEP_ALIVE_S = 300;

/** Arguments: access log and its stream, debug log and its file. */
const NO_LOGS = [false, undefined, false, undefined];
/** The same in the table service's order: debug log, access log, its stream, the debug log's file. */
const NO_TABLE_LOGS = [false, false, undefined, undefined];
/** Arguments: loose, skipApiVersionCheck (our clients may be newer), cert, key, pwd, oauth, disableProductStyleUrl. */
const COMMON_SETTINGS = [false, true, "", "", "", undefined, false];

/** Creates the three services without starting them. */
export function createServices(options: ChildOptions): Record<AzuriteService, AzuriteServer> {
  const services = { blob: createBlob(options), queue: createQueue(options), table: createTable(options) };
  for (const [index, service] of AZURITE_SERVICES.entries()) {
    const fd = options.socketFds?.[index];
    if (fd !== undefined) takeOver(services[service], fd);
  }
  return services;
}

/** Azurite would open the port itself; here its server takes over the socket that is already open. */
function takeOver({ httpServer }: AzuriteServer, fd: number): void {
  const listen = httpServer.listen.bind(httpServer);
  const listenOnSocket = (_port: number, _host: string, onListening: () => void) => listen({ fd }, onListening);
  Object.assign(httpServer, { listen: listenOnSocket });
}

function createBlob({ location, ports }: ChildOptions): AzuriteServer {
  const below = pathsBelow(location);
  return new blobServer.default(
    new blobConfiguration.default(
      ...[
        LOOPBACK,
        ports.blob,
        KEEP_ALIVE_S,
        below("__azurite_db_blob__.json"),
        below("__azurite_db_blob_extent__.json"),
      ],
      [{ locationId: "Default", locationPath: below("__blobstorage__"), maxConcurrency: 50 }],
      ...NO_LOGS,
      ...COMMON_SETTINGS,
      location === null,
    ),
  ) as AzuriteServer;
}

function createQueue({ location, ports }: ChildOptions): AzuriteServer {
  const below = pathsBelow(location);
  return new queueServer.default(
    new queueConfiguration.default(
      ...[LOOPBACK, ports.queue, KEEP_ALIVE_S],
      ...[below("__azurite_db_queue__.json"), below("__azurite_db_queue_extent__.json")],
      [{ locationId: "Default", locationPath: below("__queuestorage__"), maxConcurrency: 1 }],
      ...NO_LOGS,
      ...COMMON_SETTINGS,
      location === null,
    ),
  ) as AzuriteServer;
}

function createTable({ location, ports }: ChildOptions): AzuriteServer {
  const below = pathsBelow(location);
  return new tableServer.default(
    new tableConfiguration.default(
      ...[LOOPBACK, ports.table, KEEP_ALIVE_S, below("__azurite_db_table__.json")],
      ...NO_TABLE_LOGS,
      ...COMMON_SETTINGS,
      location === null,
    ),
  ) as AzuriteServer;
}

function pathsBelow(location: string | null): (name: string) => string {
  return (name) => path.join(location ?? "", name);
}
