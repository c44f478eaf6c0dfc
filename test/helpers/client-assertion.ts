import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

const LIFETIME_S = 600;

export type Issuer = { publicKey: string; assert(claims: object, alg?: string): string };

/** Signs JWTs with its own RSA key. */
export function createIssuer(): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    assert: (claims, alg = "RS256") => signJwt(claims, alg, privateKey),
  };
}

/** Valid for ten minutes, unless the claims override it. */
export function signJwt(claims: object, alg: string, key: KeyObject): string {
  const exp = Math.floor(Date.now() / 1_000) + LIFETIME_S;
  const signed = [
    { alg, typ: "JWT" },
    { exp, ...claims },
  ]
    .map(encode)
    .join(".");
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
