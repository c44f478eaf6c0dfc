import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { isRecord, writeFileAtomicSync } from "@same-kit/shared";

/** The owner of keys: the whole host (`functionKeys`), the extensions (`systemKeys`), or one function. */
export type KeyScope = "functionKeys" | "systemKeys" | `function:${string}`;

// Maps, because callers choose the names, and objects have built-in members.
type StoredKeys = { masterKey: string; scopes: Map<string, Map<string, string>> };

/** Access keys, created on first use; stored in a file that only its owner can read, or in memory. */
export class KeyStore {
  readonly #file: string | undefined;
  readonly #keys: StoredKeys;

  private constructor(file: string | undefined, keys: StoredKeys) {
    this.#file = file;
    this.#keys = keys;
  }

  /** @param stateDir - Folder of keys.json; absent: in memory. */
  static open(stateDir: string | undefined): KeyStore {
    const file = stateDir === undefined ? undefined : path.join(stateDir, "keys.json");
    const stored = file === undefined ? undefined : readKeys(file);
    const store = new KeyStore(file, stored ?? { masterKey: newKey(), scopes: new Map() });
    if (stored === undefined) store.#save();
    return store;
  }

  master(): string {
    return this.#keys.masterKey;
  }

  setMaster(value: string = newKey()): string {
    this.#keys.masterKey = value;
    this.#save();
    return value;
  }

  /** The key for `/runtime/webhooks/<extension>`. */
  systemKey(extension: string): string {
    return this.#getOrCreate("systemKeys", `${extension.toLowerCase()}_extension`);
  }

  /** The keys of a scope by name; if there are no function keys, one named `default` is created. */
  list(scope: KeyScope): ReadonlyMap<string, string> {
    if (scope !== "systemKeys") this.#getOrCreate(scope, "default");
    return this.#keys.scopes.get(normalize(scope)) ?? new Map();
  }

  /** @returns Whether the key is new. */
  set(scope: KeyScope, name: string, value: string = newKey()): { isNew: boolean; value: string } {
    const keys = this.#scope(scope);
    const isNew = !keys.has(name);
    keys.set(name, value);
    this.#save();
    return { isNew, value };
  }

  delete(scope: KeyScope, name: string): boolean {
    if (!this.#scope(scope).delete(name)) return false;
    this.#save();
    return true;
  }

  #getOrCreate(scope: KeyScope, name: string): string {
    return this.#scope(scope).get(name) ?? this.set(scope, name).value;
  }

  #scope(scope: KeyScope): Map<string, string> {
    const { scopes } = this.#keys;
    const keys = scopes.get(normalize(scope)) ?? new Map<string, string>();
    scopes.set(normalize(scope), keys);
    return keys;
  }

  #save(): void {
    if (this.#file === undefined) return;
    // Another command may read it at any moment.
    writeFileAtomicSync(this.#file, toJson(this.#keys));
  }
}

function readKeys(file: string): StoredKeys | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!isRecord(content) || typeof content["masterKey"] !== "string" || !isRecord(content["scopes"]))
      return undefined;
    const scopes = Object.entries(content["scopes"]).map(([scope, keys]) => [scope, toKeys(keys)] as const);
    return { masterKey: content["masterKey"], scopes: new Map(scopes) };
  } catch {
    // Missing or damaged: local keys protect nothing permanent, so new ones are created.
    return undefined;
  }
}

function toKeys(content: unknown): Map<string, string> {
  const entries = Object.entries(isRecord(content) ? content : {});
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function toJson({ masterKey, scopes }: StoredKeys): string {
  const entries = [...scopes].map(([scope, keys]) => [scope, Object.fromEntries(keys)] as const);
  return `${JSON.stringify({ masterKey, scopes: Object.fromEntries(entries) }, null, 2)}\n`;
}

/** Function names are case-insensitive. */
function normalize(scope: KeyScope): string {
  return scope.startsWith("function:") ? scope.toLowerCase() : scope;
}

/** Azure's length and alphabet: 40 bytes in URL-safe Base64. */
function newKey(): string {
  return randomBytes(40).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
