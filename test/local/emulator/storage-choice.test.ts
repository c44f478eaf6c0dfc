import { expect, test } from "vitest";
import { describeStorage, parseStorageChoice } from "../../../local/src/emulator/storage-choice.ts";

const ACCOUNT = "DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net";

test.each([
  ["disk", { kind: "disk" }],
  [" memory ", { kind: "memory" }],
  ["none", { kind: "none" }],
  ["docker", { kind: "docker" }],
  ["docker:registry.local:5000/azurite:1.2", { kind: "docker", image: "registry.local:5000/azurite:1.2" }],
  ["ports:10000,10001,10002", { kind: "disk", ports: { blob: 10000, queue: 10001, table: 10002 } }],
  ["UseDevelopmentStorage=true", { kind: "connection-string", connectionString: "UseDevelopmentStorage=true" }],
  [ACCOUNT, { kind: "connection-string", connectionString: ACCOUNT }],
])("%s is accepted", (text, choice) => {
  expect(parseStorageChoice(text)).toEqual(choice);
});

test.each(["", "disc", "docker:", "ports:1,2", "ports:1,2,3,4", "ports:1,2,70000", "ports:7,7,8", "ports:a,b,c"])(
  '"%s" is rejected',
  (text) => {
    expect(() => parseStorageChoice(text)).toThrow(
      expect.objectContaining({ code: "ERR_STORAGE_CHOICE", exitCode: 2 }),
    );
  },
);

test("the error does not repeat text that may contain a key", () => {
  const text = "AccountName=mine;SharedAccessSignature=sv=secret";
  expect(() => parseStorageChoice(text)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining("secret") }),
  );
});

test("a connection string is described by its account name, never with its key", () => {
  expect(describeStorage(parseStorageChoice(ACCOUNT))).toBe("the account mine by its connection string");
});
