import { expect, test } from "vitest";
import {
  namesDevelopmentStorage,
  withDevelopmentStorage,
} from "../../../../local/src/host/config/development-storage.ts";
import {
  DEVELOPMENT_PORTS,
  developmentConnection,
  PUBLIC_DEVELOPMENT_KEY,
} from "../../../../local/src/shared/development-account.ts";

const ports = { blob: 41_000, queue: 41_001, table: 41_002 };
const published = developmentConnection(DEVELOPMENT_PORTS, PUBLIC_DEVELOPMENT_KEY);

test.each([
  "UseDevelopmentStorage=true",
  "usedevelopmentstorage=TRUE;",
  "UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://127.0.0.1",
  published,
  `${published};`,
  published.replaceAll("127.0.0.1", "localhost"),
  published.split(";").reverse().join(" ; "),
  `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${PUBLIC_DEVELOPMENT_KEY}`,
  developmentConnection(ports, PUBLIC_DEVELOPMENT_KEY),
])("%s refers to the local emulator", (value) => {
  expect(namesDevelopmentStorage(value, ports)).toBe(true);
});

test.each([
  "",
  "true",
  "UseDevelopmentStorage=false",
  developmentConnection(DEVELOPMENT_PORTS, "b3duIGtleQ=="),
  developmentConnection({ blob: 11_000, queue: 11_001, table: 11_002 }, PUBLIC_DEVELOPMENT_KEY),
  published.replaceAll("127.0.0.1", "azurite.my.example"),
  published.replace("devstoreaccount1", "mine"),
  `${published};QueueEndpoint=not a URL`,
])("%s refers to something else", (value) => {
  expect(namesDevelopmentStorage(value, ports)).toBe(false);
});

test("settings that refer to it get the host's storage, and the worker receives its ports and entrance", () => {
  const entrance = { port: 41_003, secret: "s" };
  const env = withDevelopmentStorage(
    { Short: "UseDevelopmentStorage=true", Other: "UseDevelopmentStorageNot" },
    { connectionString: "ours", ports, entrance },
  );
  expect(env).toEqual({
    Short: "ours",
    Other: "UseDevelopmentStorageNot",
    SAME_KIT_DEVELOPMENT_STORAGE: JSON.stringify({ ports, entrance }),
  });
});
