import { randomUUID } from "node:crypto";

export type CertificatePair = {
  /** PEM; signs itself, so trusting it trusts nothing else. */
  certificate: string;
  /** PEM. */
  privateKey: string;
};

const VALID_DAYS = 365;
const DAY_MS = 86_400_000;
// A clock that runs a little behind must not refuse a certificate made a second ago.
const BACKDATE_MS = 3_600_000;

/** A certificate for servers on this machine, for the given names and addresses. */
export async function generateCertificate(subject: {
  dnsNames: string[];
  ipAddresses?: string[];
}): Promise<CertificatePair> {
  const { dnsNames, ipAddresses = [] } = subject;
  const now = Date.now();
  // OpenSSL looks trusted certificates up by their subject: two of one name would hide each other in a process.
  const commonName = `same-kit ${randomUUID()}`;
  // Only here: it takes 50 ms to load, which every other command would pay for.
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
