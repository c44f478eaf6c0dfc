// An app that refers to the local emulator reaches the one of its host, whatever its ports and key.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { newGuidN } from "../../../local/src/shared/ids.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { rawContainer, rawQueue, rawTable } from "../../helpers/raw-storage.ts";

const tempDir = dirsOfFile();
let host: LocalHost;

beforeAll(async () => {
  host = await startLocal({
    appDir: fixtureApp("development-storage"),
    stateDir: tempDir(),
    port: 0,
    storage: { kind: "memory" },
    appSettings: {
      SHORT: "UseDevelopmentStorage=true",
      LONG: "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;DefaultEndpointsProtocol=http;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;TableEndpoint=http://127.0.0.1:10002/devstoreaccount1",
    },
  });
});
afterAll(() => host.stop());

const post = async (path: string): Promise<unknown> => {
  const response = await fetch(`${host.url}/api/${path}`, { method: "POST" });
  expect(response.status).toBe(200);
  return response.json();
};

const newName = () => `n${newGuidN()}`;
const ways = ["short-in-code", "long-in-code", "short-in-setting", "long-in-setting", "own-setting"];

test.each(ways)("blobs written via %s are in this host's storage", async (way) => {
  const name = newName();
  expect(await post(`write/${way}/blob/${name}`)).toBe(300_000);
  expect((await rawContainer(host.storage, name).getBlobClient("b").downloadToBuffer()).length).toBe(300_000);
});

test.each(ways)("messages sent via %s are in this host's storage", async (way) => {
  const name = newName();
  expect(await post(`write/${way}/queue/${name}`)).toBe("m");
  expect((await rawQueue(host.storage, name).peekMessages()).peekedMessageItems).toMatchObject([{ messageText: "m" }]);
});

test.each(ways)("rows written via %s are in this host's storage", async (way) => {
  const name = newName();
  expect(await post(`write/${way}/table/${name}`)).toBe(1);
  expect(await rawTable(host.storage, name).getEntity("p", "r")).toMatchObject({ value: 1 });
});

test("a fetch request signed with the published key reaches this host's storage too", async () => {
  const name = newName();
  expect(await post(`fetch/${name}`)).toBe(201);
  expect(await rawQueue(host.storage, name).exists()).toBe(true);
});

test("the storage key is not the published one", () => {
  expect(host.storage.connectionString).toMatch(/;AccountKey=[A-Za-z0-9+/]{86}==;/);
  expect(host.storage.connectionString).not.toContain("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6");
});
