import { jsonReply, type Reply } from "../http/reply.ts";
import type { KeyScope, KeyStore } from "../keys/key-store.ts";

type KeyRequest = {
  method: string;
  scope: KeyScope;
  /** Absent: lists all keys. */
  name: string | undefined;
  /** URL of this resource, for `links`. */
  href: string;
  body: Buffer;
};

const MASTER = "_master";

/** Reads and changes access keys, like the portal and `az functionapp keys`. */
export function answerKeyRequest(keys: KeyStore, { method, scope, name, href, body }: KeyRequest): Reply {
  if (name === undefined) return method === "GET" ? listKeys(keys, scope, href) : { status: 404 };
  switch (method) {
    case "GET": {
      const value = isMaster(scope, name) ? keys.master() : keys.list(scope).get(name);
      return value === undefined ? { status: 404 } : keyReply(200, { name, value, href });
    }
    case "POST":
      return storeKey(keys, { scope, name, href, value: undefined });
    case "PUT": {
      const value = parseValue(body);
      return value === undefined ? { status: 400 } : storeKey(keys, { scope, name, href, value });
    }
    case "DELETE":
      if (isMaster(scope, name)) return { status: 400 };
      return { status: keys.delete(scope, name) ? 204 : 404 };
    default:
      return { status: 404 };
  }
}

function listKeys(keys: KeyStore, scope: KeyScope, href: string): Reply {
  const list = [...keys.list(scope)].map(([name, value]) => ({ name, value }));
  return jsonReply(200, { keys: list, links: [{ rel: "self", href }] });
}

type StoreInput = { scope: KeyScope; name: string; href: string; value: string | undefined };

function storeKey(keys: KeyStore, { scope, name, href, value }: StoreInput): Reply {
  if (isMaster(scope, name)) return keyReply(200, { name, value: keys.setMaster(value), href });
  const stored = keys.set(scope, name, value);
  return keyReply(stored.isNew ? 201 : 200, { name, value: stored.value, href });
}

function keyReply(status: number, { name, value, href }: { name: string; value: string; href: string }): Reply {
  return jsonReply(status, { name, value, links: [{ rel: "self", href }] });
}

function isMaster(scope: KeyScope, name: string): boolean {
  return scope === "systemKeys" && name === MASTER;
}

function parseValue(body: Buffer): string | undefined {
  try {
    const { value } = JSON.parse(body.toString("utf8")) as { value?: unknown };
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined;
  }
}
