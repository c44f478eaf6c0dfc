import { afterAll, beforeAll } from "vitest";
import { type LocalHost, type LocalOptions, startLocal } from "../../local/src/index.ts";
import type { AppAddress } from "../../toolkit/src/adapters/app/app-address.ts";
import { dirsOfFile } from "./dirs-of-file.ts";

const KEY = "k".repeat(32);

export type FileHost = {
  readonly host: LocalHost;
  readonly stateDir: string;
  /** With the access key that the host requires. */
  readonly address: AppAddress & { accessKey: string };
};

/** One host in memory for all tests of a file. */
export function useRunHost(options: Partial<LocalOptions> = {}): FileHost {
  let host: LocalHost;
  const stateDir = dirsOfFile()();
  beforeAll(async () => {
    const appSettings = { SAME_ACCESS_KEY: KEY };
    host = await startLocal({
      stateDir,
      port: 0,
      storage: { kind: "none" },
      appSettings,
      onLog: () => {},
      ...options,
    });
  });
  afterAll(() => host?.stop());
  return {
    stateDir,
    get host() {
      return host;
    },
    get address() {
      return { url: host.url, accessKey: KEY };
    },
  };
}
