import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createSecureContext } from "node:tls";
import { type CertificatePair, generateCertificate, InvariantError, reasonOf, writeFileAtomic } from "@same-kit/shared";
import { HostError } from "../errors.ts";

/** The certificate that a host serves HTTPS with. */
export type HttpsOptions =
  /** A self-signed certificate, stored with the host's state. */
  | { kind: "self-signed" }
  /** A PKCS #12 file with a private key. */
  | { kind: "pfx"; file: string; password?: string };

export type ServerCertificate = {
  /** For `https.createServer`. */
  tls: { key: string; cert: string } | { pfx: Buffer; passphrase?: string };
  /**
   * PEM file with the host's own certificate, for clients that must trust it; absent for a certificate provided by the
   * user.
   */
  trustFile?: string;
};

// A browser's exception lasts as long as the certificate, so it is replaced only shortly before it expires.
const RENEW_BEFORE_MS = 24 * 3_600_000;

/**
 * @param stateDir - Folder of the host's own certificate.
 * @throws HostError `ERR_CERTIFICATE`
 */
export async function loadCertificate(options: HttpsOptions, stateDir: string | undefined): Promise<ServerCertificate> {
  if (stateDir === undefined) throw new InvariantError("A host without a state folder cannot keep a certificate.");
  if (options.kind === "pfx") return { tls: await readPfx(options) };
  const [certificateFile, keyFile] = [path.join(stateDir, "https.pem"), path.join(stateDir, "https.key")];
  const kept = await readKept(certificateFile, keyFile);
  if (kept !== undefined) return { tls: kept, trustFile: certificateFile };
  const { certificate, privateKey } = await makeCertificate();
  await writeFileAtomic(keyFile, privateKey);
  await writeFileAtomic(certificateFile, certificate);
  return { tls: { key: privateKey, cert: certificate }, trustFile: certificateFile };
}

/** The variable that makes Node.js trust a host's own certificate, in addition to those it already trusts. */
export async function trustIn(
  env: Readonly<Record<string, string>>,
  trustFile: string,
): Promise<{ NODE_EXTRA_CA_CERTS: string }> {
  const named = env["NODE_EXTRA_CA_CERTS"] ?? "";
  if (named === "") return { NODE_EXTRA_CA_CERTS: trustFile };
  // Node.js reads a single file, and continues without it if it is missing.
  const texts = await Promise.all([readFile(named, "utf8").catch(() => ""), readFile(trustFile, "utf8")]);
  const file = path.join(path.dirname(trustFile), "https-trusted.pem");
  await writeFileAtomic(file, texts.join("\n"));
  return { NODE_EXTRA_CA_CERTS: file };
}

function makeCertificate(): Promise<CertificatePair> {
  return generateCertificate({ dnsNames: ["localhost"], ipAddresses: ["127.0.0.1", "::1"] });
}

/** @returns `undefined` if there is none, or it is no longer usable. */
async function readKept(certificateFile: string, keyFile: string): Promise<{ key: string; cert: string } | undefined> {
  try {
    const [cert, key] = await Promise.all([readFile(certificateFile, "utf8"), readFile(keyFile, "utf8")]);
    createSecureContext({ cert, key });
    const endsAt = new X509Certificate(cert).validToDate.getTime();
    return endsAt - Date.now() > RENEW_BEFORE_MS ? { key, cert } : undefined;
  } catch {
    return undefined;
  }
}

async function readPfx({ file, password }: { file: string; password?: string }) {
  try {
    const tls = { pfx: await readFile(file), ...(password === undefined ? {} : { passphrase: password }) };
    createSecureContext(tls);
    return tls;
  } catch (cause) {
    throw new HostError({
      code: "ERR_CERTIFICATE",
      message: `The certificate ${file} cannot be used: ${reasonOf(cause)}.`,
      hint: "It must be a PKCS #12 file (.pfx) with a private key; --password specifies its password, or a file that contains it.",
      cause,
    });
  }
}
