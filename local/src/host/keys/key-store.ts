import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomicSync } from "@same-kit/shared";

/** Whose keys: the whole host's (`functionKeys`), the extensions' (`systemKeys`), or one function's. */
export type KeyScope = "functionKeys" | "systemKeys" | `function:${string}`;

type StoredKeys = { masterKey: string; scopes: Record<string, Record<string, string>> };

/** Access keys, made when first asked for; kept in a file of the owner's only, or in memory without one. */
export class KeyStore {
  readonly #file: string | undefined;
  readonly #keys: StoredKeys;

  private constructor(file: string | undefined, keys: StoredKeys) {
    this.#file = file;
    this.#keys = keys;
  }

  /** @param stateDir - keys.json lies there; absent: in memory. */
  static open(stateDir: string | undefined): KeyStore {
    const file = stateDir === undefined ? undefined : path.join(stateDir, "keys.json");
    const stored = file === undefined ? undefined : readKeys(file);
    const store = new KeyStore(file, stored ?? { masterKey: newKey(), scopes: {} });
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

  /** The key that opens `/runtime/webhooks/<extension>`. */
  systemKey(extension: string): string {
    return this.#getOrCreate("systemKeys", `${extension.toLowerCase()}_extension`);
  }

  /** The keys of a scope by name; one named `default` is made where function keys are missing. */
  list(scope: KeyScope): ReadonlyMap<string, string> {
    if (scope !== "systemKeys") this.#getOrCreate(scope, "default");
    return new Map(Object.entries(this.#keys.scopes[normalize(scope)] ?? {}));
  }

  /** @returns Whether the key is new. */
  set(scope: KeyScope, name: string, value: string = newKey()): { isNew: boolean; value: string } {
    const keys = this.#scope(scope);
    const isNew = keys[name] === undefined;
    keys[name] = value;
    this.#save();
    return { isNew, value };
  }

  delete(scope: KeyScope, name: string): boolean {
    const keys = this.#scope(scope);
    if (keys[name] === undefined) return false;
    delete keys[name];
    this.#save();
    return true;
  }

  #getOrCreate(scope: KeyScope, name: string): string {
    return this.#scope(scope)[name] ?? this.set(scope, name).value;
  }

  #scope(scope: KeyScope): Record<string, string> {
    this.#keys.scopes[normalize(scope)] ??= {};
    return this.#keys.scopes[normalize(scope)]!;
  }

  #save(): void {
    if (this.#file === undefined) return;
    // Another command may read it at any moment.
    writeFileAtomicSync(this.#file, `${JSON.stringify(this.#keys, null, 2)}\n`);
  }
}

function readKeys(file: string): StoredKeys | undefined {
  try {
    const { masterKey, scopes } = JSON.parse(readFileSync(file, "utf8")) as Partial<StoredKeys>;
    return typeof masterKey === "string" && typeof scopes === "object" ? { masterKey, scopes } : undefined;
  } catch {
    // Missing or damaged: local keys protect nothing that lasts, so new ones do.
    return undefined;
  }
}

/** Function names ignore case. */
function normalize(scope: KeyScope): string {
  return scope.startsWith("function:") ? scope.toLowerCase() : scope;
}

/** Azure's length and alphabet: 40 bytes in URL-safe base64. */
function newKey(): string {
  return randomBytes(40).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
