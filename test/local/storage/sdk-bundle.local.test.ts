// What loading and using the bundle of Azure's SDKs costs the command.

import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "@same-kit/shared";
import { expect, test } from "vitest";

const run = promisify(execFile);
const bundle = path.join(packageRoot(), "dist", "azure-sdk", "sdk.cjs");

test("a request to a storage does not load Node's fetch", async () => {
  const code = `
    const { QueueServiceClient } = require(process.argv[1]).azureSdk();
    const client = QueueServiceClient.fromConnectionString(process.argv[2], { retryOptions: { maxTries: 1 } });
    client.getProperties().catch(({ code }) => {
      const loaded = process.moduleLoadList.filter((name) => name.endsWith("undici/undici"));
      console.log(JSON.stringify({ code, loaded }));
    });
  `;
  const closed = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;QueueEndpoint=http://127.0.0.1:1/a";
  const { stdout } = await run(process.execPath, ["-e", code, bundle, closed]);
  expect(JSON.parse(stdout)).toEqual({ code: "ECONNREFUSED", loaded: [] });
});

test("Node's TLS is loaded when it is first used, and then works", async () => {
  const code = `
    const loadsTls = () => process.moduleLoadList.includes("NativeModule tls");
    const { BlobServiceClient } = require(process.argv[1]).azureSdk();
    const before = loadsTls();
    const client = BlobServiceClient.fromConnectionString(process.argv[2], { retryOptions: { maxTries: 1 } });
    client.getProperties().catch(({ code }) => console.log(JSON.stringify({ before, after: loadsTls(), code })));
  `;
  const closed = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=YQ==;BlobEndpoint=https://127.0.0.1:1/a";
  const { stdout } = await run(process.execPath, ["-e", code, bundle, closed]);
  expect(JSON.parse(stdout)).toEqual({ before: false, after: true, code: "ECONNREFUSED" });
});
