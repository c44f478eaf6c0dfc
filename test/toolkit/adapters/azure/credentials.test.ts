import { expect, test } from "vitest";
import { type Credential, resolveCredential } from "../../../../toolkit/src/adapters/azure/credentials.ts";

const PRINCIPAL = { ARM_CLIENT_ID: "client", ARM_TENANT_ID: "tenant" };
const noFetch: typeof fetch = async () => {
  throw new Error("not asked");
};
const resolve = (
  env: NodeJS.ProcessEnv,
  deps: { readFile?: (file: string) => Promise<string>; fetch?: typeof fetch } = {},
) => resolveCredential(env, { readFile: async () => "", fetch: noFetch, ...deps });

// In azurerm's order; each line also sets some of the later ones.
test.each<[string, NodeJS.ProcessEnv]>([
  [
    "client-certificate",
    { ...PRINCIPAL, ARM_CLIENT_CERTIFICATE_PATH: "c.pfx", ARM_CLIENT_SECRET: "s", ARM_USE_OIDC: "true" },
  ],
  ["client-secret", { ...PRINCIPAL, ARM_CLIENT_SECRET: "s", ARM_USE_OIDC: "true", ARM_USE_MSI: "true" }],
  ["oidc", { ...PRINCIPAL, ARM_USE_OIDC: "1", ARM_USE_MSI: "true" }],
  ["managed-identity", { ARM_USE_MSI: "TRUE" }],
  ["az", { ARM_USE_OIDC: "false" }],
  ["az", { ARM_CLIENT_ID: "", ARM_CLIENT_SECRET: "" }],
])("%s is chosen", (kind, env) => {
  expect(resolve(env)).toMatchObject({ kind });
});

test("all missing variables are reported at once", () => {
  expect(resolve({ ARM_CLIENT_SECRET: "s" })).toEqual([
    { variable: "ARM_CLIENT_ID", message: "ARM_CLIENT_ID is not set; signing in with client-secret requires it." },
    { variable: "ARM_TENANT_ID", message: "ARM_TENANT_ID is not set; signing in with client-secret requires it." },
  ]);
});

test("a secret can be read from a file", async () => {
  const env = { ...PRINCIPAL, ARM_CLIENT_SECRET_FILE_PATH: "/run/secret" };
  const credential = resolve(env, { readFile: async (file) => `from ${file}\n` }) as Extract<
    Credential,
    { kind: "client-secret" }
  >;
  expect(await credential.secret()).toBe("from /run/secret");
});

test("in GitHub Actions the token comes from the job's own token endpoint", async () => {
  const asked: [string, string | null][] = [];
  const env = {
    ...PRINCIPAL,
    ARM_USE_OIDC: "true",
    ACTIONS_ID_TOKEN_REQUEST_URL: "https://pipelines.example/token?v=1",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "job",
  };
  const credential = resolve(env, {
    fetch: async (url, init) => {
      asked.push([String(url), new Headers(init?.headers).get("authorization")]);
      return Response.json({ value: "jwt" });
    },
  }) as Extract<Credential, { kind: "oidc" }>;
  expect(await credential.assertion()).toBe("jwt");
  expect(asked).toEqual([
    ["https://pipelines.example/token?v=1&audience=api%3A%2F%2FAzureADTokenExchange", "Bearer job"],
  ]);
});

test("in Azure Pipelines the token comes from the service connection", async () => {
  const asked: [string | undefined, string][] = [];
  const env = {
    ...PRINCIPAL,
    ARM_USE_OIDC: "true",
    ARM_OIDC_REQUEST_URL: "",
    SYSTEM_OIDCREQUESTURI: "https://dev.azure.example/oidc",
    SYSTEM_ACCESSTOKEN: "job",
    ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID: "connection-1",
  };
  const credential = resolve(env, {
    fetch: async (url, init) => {
      asked.push([init?.method, String(url)]);
      return Response.json({ oidcToken: "jwt" });
    },
  }) as Extract<Credential, { kind: "oidc" }>;
  expect(await credential.assertion()).toBe("jwt");
  expect(asked).toEqual([["POST", "https://dev.azure.example/oidc?api-version=7.1&serviceConnectionId=connection-1"]]);
});

test("OIDC without a token explains what the job needs", async () => {
  const credential = resolve({ ...PRINCIPAL, ARM_USE_OIDC: "true" }) as Extract<Credential, { kind: "oidc" }>;
  await expect(credential.assertion()).rejects.toThrow("permissions: id-token: write");
});
