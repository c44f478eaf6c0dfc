// Verifies what a client may present instead of a secret: a JWT signed with its certificate, or one signed by an issuer
// that it trusts.
// Source: Microsoft identity platform, "Certificate credentials" and "Workload identity federation".
import { constants, createPublicKey, type KeyObject, verify, X509Certificate } from "node:crypto";
import { isRecord } from "@same-kit/shared";

/** Keys are in PEM format. */
export type RegisteredCredential =
  | { kind: "certificate"; certificate: string }
  | { kind: "federated"; issuer: string; subject: string; publicKey: string };

type AssertionContext = {
  clientId: string;
  /** The URL that the assertion was sent to: the only valid audience of an assertion signed with a certificate. */
  tokenUrl: string;
  registered: readonly RegisteredCredential[];
  nowMs: number;
};

const FEDERATION_AUDIENCE = "api://AzureADTokenExchange";

const ALGORITHMS: Readonly<Record<string, object>> = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { dsaEncoding: "ieee-p1363" },
};

/** Whether the assertion was signed by a registered credential, for this client, and is currently valid. */
export function isProof(assertion: string, context: AssertionContext): boolean {
  const [head = "", claims = "", signature = ""] = assertion.split(".");
  const [{ alg }, { iss, sub, aud, exp, nbf = 0 }] = [readSegment(head), readSegment(claims)];
  const nowSeconds = context.nowMs / 1_000;
  if (!(Number(exp) > nowSeconds && Number(nbf) <= nowSeconds)) return false;
  return context.registered.some((credential) => {
    const speaker = speakerOf(credential, context);
    if (iss !== speaker.issuer || sub !== speaker.subject || aud !== speaker.audience) return false;
    return isSignedBy(keyOf(credential), String(alg), `${head}.${claims}`, signature);
  });
}

function speakerOf(credential: RegisteredCredential, { clientId, tokenUrl }: AssertionContext) {
  return credential.kind === "certificate"
    ? { issuer: clientId, subject: clientId, audience: tokenUrl }
    : { issuer: credential.issuer, subject: credential.subject, audience: FEDERATION_AUDIENCE };
}

function keyOf(credential: RegisteredCredential): KeyObject {
  return credential.kind === "certificate"
    ? new X509Certificate(credential.certificate).publicKey
    : createPublicKey(credential.publicKey);
}

function isSignedBy(key: KeyObject, algorithm: string, signed: string, signature: string): boolean {
  if (!Object.hasOwn(ALGORITHMS, algorithm)) return false;
  try {
    return verify(
      "sha256",
      Buffer.from(signed),
      { key, ...ALGORITHMS[algorithm] },
      Buffer.from(signature, "base64url"),
    );
  } catch {
    return false; // The key's type does not match the algorithm.
  }
}

function readSegment(segment: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, "base64url").toString("utf8"));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
