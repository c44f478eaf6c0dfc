// Azurite's servers without its command line: that would read our arguments, load telemetry and start one after the other.

import { createRequire } from "node:module";
import path from "node:path";
import { LOOPBACK } from "../endpoints.ts";
import type { ChildOptions } from "./child-options.ts";
import { leaveOutSlowModules } from "./lean-modules.ts";

/** Seconds an idle connection stays open. Azurite's 5 would close connections that our clients are about to use again. */
const KEEP_ALIVE_S = 300;

/** Access log and its stream, debug log and its file. */
const NO_LOGS = [false, undefined, false, undefined];
/** The same, in the order of the table service: debug log, access log, its stream, the debug log's file. */
const NO_TABLE_LOGS = [false, false, undefined, undefined];
/** loose, skipApiVersionCheck (our clients may be newer than it), cert, key, pwd, oauth, disableProductStyleUrl. */
const COMMON_SETTINGS = [false, true, "", "", "", undefined, false];

type AzuriteServer = { start(): Promise<void>; close(): Promise<void>; httpServer: { listen: Listen } };
type Listen = (...args: unknown[]) => unknown;
type Construct<Value> = new (...args: unknown[]) => Value;

const load = createRequire(__filename);

function loadClass<Value = object>(file: string): Construct<Value> {
  return (load(`azurite/dist/src/${file}`) as { default: Construct<Value> }).default;
}

/** @returns Blob, queue and table, not yet started. */
export function createServices(options: ChildOptions): AzuriteServer[] {
  leaveOutSlowModules();
  const servers = [createBlob(options), createQueue(options), createTable(options)];
  for (const [index, fd] of (options.socketFds ?? []).entries()) {
    const server = servers[index]?.httpServer;
    if (server === undefined) continue;
    const listen = server.listen.bind(server);
    // It would open the port itself; the socket is open already.
    server.listen = (_port, _host, onListening) => listen({ fd }, onListening);
  }
  return servers;
}

function createBlob({ location, ports }: ChildOptions): AzuriteServer {
  const Configuration = loadClass("blob/BlobConfiguration.js");
  const Server = loadClass<AzuriteServer>("blob/BlobServer.js");
  const below = belowOf(location);
  return new Server(
    new Configuration(
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
  );
}

function createQueue({ location, ports }: ChildOptions): AzuriteServer {
  const Configuration = loadClass("queue/QueueConfiguration.js");
  const Server = loadClass<AzuriteServer>("queue/QueueServer.js");
  const below = belowOf(location);
  return new Server(
    new Configuration(
      ...[LOOPBACK, ports.queue, KEEP_ALIVE_S],
      ...[below("__azurite_db_queue__.json"), below("__azurite_db_queue_extent__.json")],
      [{ locationId: "Default", locationPath: below("__queuestorage__"), maxConcurrency: 1 }],
      ...NO_LOGS,
      ...COMMON_SETTINGS,
      location === null,
    ),
  );
}

function createTable({ location, ports }: ChildOptions): AzuriteServer {
  const Configuration = loadClass("table/TableConfiguration.js");
  const Server = loadClass<AzuriteServer>("table/TableServer.js");
  const below = belowOf(location);
  return new Server(
    new Configuration(
      ...[LOOPBACK, ports.table, KEEP_ALIVE_S, below("__azurite_db_table__.json")],
      ...NO_TABLE_LOGS,
      ...COMMON_SETTINGS,
      location === null,
    ),
  );
}

function belowOf(location: string | null): (name: string) => string {
  return (name) => path.join(location ?? "", name);
}
