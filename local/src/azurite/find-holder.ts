import path from "node:path";
import { findPortOwner } from "../process/port-owner.ts";
import type { ChildOptions } from "./child/child-options.ts";
import type { AzuritePorts } from "./endpoints.ts";

/** Which process has the ports. */
export type Holder =
  /** An Azurite of ours, which hosts share by its folder. */
  | { kind: "shared"; azuriteDir: string }
  /** An Azurite of ours with its data in memory: nobody but its starter has its key. */
  | { kind: "private"; pid: number }
  /** Anything else, or unknown. */
  | { kind: "other" };

const OUR_COMMAND = /[\\/]dist[\\/]azurite[\\/]main\.cjs (\{.*\})$/;

/** Tells an Azurite of ours by its process, because a busy one answers nobody. */
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
