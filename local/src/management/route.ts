import type { EntityId } from "../engine/messages/entity-id.ts";

/** Where the handler is mounted: under the Functions host, and on the SDK's local endpoint. */
export const WEBHOOK_PATH = "/runtime/webhooks/durabletask";
export const RPC_PATH = "/durabletask";

type InstanceOperation = "terminate" | "suspend" | "resume" | "rewind" | "restart";

export type Route =
  | { kind: "start"; functionName: string; instanceId: string | null }
  | { kind: "list" }
  | { kind: "purge-many" }
  | { kind: "status"; instanceId: string }
  | { kind: "purge"; instanceId: string }
  | { kind: "raise-event"; instanceId: string; eventName: string }
  | { kind: "operation"; operation: InstanceOperation; instanceId: string }
  | { kind: "entity-list"; name: string | null }
  | { kind: "entity-read"; entity: EntityId }
  /** `operation` null: taken from the query. */
  | { kind: "entity-signal"; entity: EntityId; operation: string | null }
  | { kind: "make-primary" };

const OPERATIONS: readonly InstanceOperation[] = ["terminate", "suspend", "resume", "rewind", "restart"];

/**
 * The extension's routes: literal segments are case-insensitive, trailing slashes are ignored, and the whole path is
 * decoded before it is matched, so an encoded slash is a separator.
 *
 * @returns null if the extension responds with 404.
 * @see Azure/azure-functions-durable-extension, HttpApiHandler.cs
 */
export function matchRoute(method: string, pathname: string): Route | null {
  const segments = segmentsBelowMount(pathname);
  if (segments === null) return null;
  const [head = "", ...rest] = segments;
  switch (head.toLowerCase()) {
    case "orchestrators":
      return startRoute(method, rest);
    case "entities":
      return entityRoute(method, rest);
    case "instances":
      return instanceRoute(method, rest);
    case "makeprimary":
      return rest.length === 0 ? { kind: "make-primary" } : null;
    default:
      return null;
  }
}

function segmentsBelowMount(pathname: string): string[] | null {
  const path = formDecode(pathname).replace(/\/+$/, "");
  const mount = [WEBHOOK_PATH, RPC_PATH].find((it) => path.toLowerCase().startsWith(`${it}/`));
  return mount === undefined ? null : path.slice(mount.length + 1).split("/");
}

function startRoute(method: string, [functionName, instanceId, ...more]: string[]): Route | null {
  if (method !== "POST" || !functionName || more.length > 0) return null;
  return { kind: "start", functionName, instanceId: instanceId ?? null };
}

/** `$` stands for an empty key, because a path cannot end with an empty segment. */
function entityRoute(method: string, [name = "", key, ...more]: string[]): Route | null {
  if (more.length > 0) return null;
  if (method === "GET" && key === undefined) return { kind: "entity-list", name: name === "" ? null : name };
  if (name === "") return null;
  const entity = { name, key: key === "$" || key === undefined ? "" : key };
  switch (method) {
    case "GET":
      return { kind: "entity-read", entity };
    case "POST":
      return { kind: "entity-signal", entity, operation: null };
    case "DELETE":
      return { kind: "entity-signal", entity, operation: "delete" };
    default:
      return null;
  }
}

function instanceRoute(method: string, [instanceId, operation, eventName, ...more]: string[]): Route | null {
  if (instanceId === undefined) {
    if (method === "GET") return { kind: "list" };
    return method === "DELETE" ? { kind: "purge-many" } : null;
  }
  if (operation === undefined) {
    if (method === "GET") return { kind: "status", instanceId };
    return method === "DELETE" ? { kind: "purge", instanceId } : null;
  }
  if (method !== "POST" || more.length > 0) return null;
  if (eventName !== undefined) {
    return operation.toLowerCase() === "raiseevent" ? { kind: "raise-event", instanceId, eventName } : null;
  }
  const known = OPERATIONS.find((it) => it === operation.toLowerCase());
  return known === undefined ? null : { kind: "operation", operation: known, instanceId };
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text; // A stray "%" is kept, as in .NET.
  }
}
