import { randomUUID } from "node:crypto";

export type CertificatePair = {
  /** PEM. Self-signed, so trusting it trusts nothing else. */
  certificate: string;
  /** PEM. */
  privateKey: string;
};

const VALID_DAYS = 365;
const DAY_MS = 86_400_000;
// A client whose clock is slightly behind must not reject a certificate created a second ago.
const BACKDATE_MS = 3_600_000;

/** Generates a self-signed certificate for servers on this machine. */
export async function generateCertificate(subject: {
  dnsNames: string[];
  ipAddresses?: string[];
}): Promise<CertificatePair> {
  const { dnsNames, ipAddresses = [] } = subject;
  const now = Date.now();
  // OpenSSL looks up trusted certificates by subject: two with the same name in one process would hide each other.
  const commonName = `same-kit ${randomUUID()}`;
  // Loaded lazily: it takes 50 ms to load, which every other command would pay for.
  const { generate } = await import("./self-signed.ts");
  const pair = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - BACKDATE_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...dnsNames.map((value) => ({ type: 2 as const, value })),
          ...ipAddresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { certificate: pair.cert, privateKey: pair.private };
}
