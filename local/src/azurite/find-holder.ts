import path from "node:path";
import { findPortOwner } from "../process/port-owner.ts";
import type { ChildOptions } from "./child/child-options.ts";
import type { AzuritePorts } from "./endpoints.ts";

/** The process that holds the ports. */
type Holder =
  /** One of our Azurites; hosts share it through its folder. */
  | { kind: "shared"; azuriteDir: string }
  /** One of our Azurites with its data in memory: only the process that started it has its key. */
  | { kind: "private"; pid: number }
  /** Any other process, or unknown. */
  | { kind: "other" };

const OUR_COMMAND = /[\\/]dist[\\/]azurite[\\/]main\.cjs (\{.*\})$/;

/** Identifies one of our Azurites by its process, because a busy Azurite does not respond to probes. */
export async function findHolder(ports: AzuritePorts): Promise<Holder> {
  const owner = await findPortOwner(ports.blob);
  const options = parseOptions(owner?.command ?? "");
  if (owner === undefined || options === undefined) return { kind: "other" };
  if (options.sharing === null) return { kind: "private", pid: owner.pid };
  return { kind: "shared", azuriteDir: path.dirname(options.sharing.recordFile) };
}

function parseOptions(command: string): Pick<ChildOptions, "sharing"> | undefined {
  const text = OUR_COMMAND.exec(command)?.[1];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Pick<ChildOptions, "sharing">;
  } catch {
    return undefined;
  }
}
