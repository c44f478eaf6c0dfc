import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { loadCertificate } from "../../../../local/src/host/http/https-certificate.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

const SELF_SIGNED = { kind: "self-signed" } as const;

test("a host keeps its certificate, so that exceptions in a browser stay valid", async () => {
  const stateDir = await makeTempDir();
  const first = await loadCertificate(SELF_SIGNED, stateDir);
  expect(first.trustFile).toBe(path.join(stateDir, "https.pem"));
  expect(await loadCertificate(SELF_SIGNED, stateDir)).toEqual(first);
});

test("a certificate with a foreign key is replaced", async () => {
  const [stateDir, other] = [await makeTempDir(), await makeTempDir()];
  const first = await loadCertificate(SELF_SIGNED, stateDir);
  const { tls } = await loadCertificate(SELF_SIGNED, other);
  await writeFile(path.join(stateDir, "https.key"), "key" in tls ? tls.key : "");
  expect((await loadCertificate(SELF_SIGNED, stateDir)).tls).not.toEqual(first.tls);
});

const PFX = path.resolve("test/fixtures/certificates/localhost.pfx");

test("the user's own certificate is used with its password, and is not added to the trusted ones", async () => {
  const { tls, trustFile } = await loadCertificate({ kind: "pfx", file: PFX, password: "secret" }, await makeTempDir());
  expect(trustFile).toBeUndefined();
  expect(tls).toMatchObject({ passphrase: "secret" });
});

test("a wrong password is an error before anything listens", async () => {
  const loading = loadCertificate({ kind: "pfx", file: PFX, password: "wrong" }, await makeTempDir());
  await expect(loading).rejects.toMatchObject({ code: "ERR_CERTIFICATE" });
});

test.each([
  ["is missing", null],
  ["is not PKCS #12", "not a certificate"],
])("a file that %s is reported by name", async (_, content) => {
  const dir = await makeTempDir();
  const file = path.join(dir, "mine.pfx");
  if (content !== null) await writeFile(file, content);
  await expect(loadCertificate({ kind: "pfx", file }, dir)).rejects.toMatchObject({
    code: "ERR_CERTIFICATE",
    message: expect.stringContaining(file),
  });
});
