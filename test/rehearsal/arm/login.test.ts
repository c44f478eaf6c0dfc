import { createPrivateKey } from "node:crypto";
import { generateCertificate } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import type { RegisteredCredential } from "../../../rehearsal/src/arm/client-assertion.ts";
import { createAccount, Login } from "../../../rehearsal/src/arm/login.ts";
import type { Answer } from "../../../rehearsal/src/http/answer.ts";
import { createIssuer, signJwt } from "../../helpers/client-assertion.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";

const LOGIN_URL = "https://localhost:1";

type Form = Record<string, string>;

/** A login, and its responses: `200`, or the status with Azure's own code. */
function startLogin(registered: readonly RegisteredCredential[] = []) {
  const account = createAccount();
  const clock = new FakeClock(new Date().toISOString());
  const login = new Login({ account, registered, now: () => clock.now().getTime() });
  const tokenUrl = `${LOGIN_URL}/${account.tenantId}/oauth2/v2.0/token`;
  const request = (form: Form) => ({
    method: "POST",
    url: new URL(tokenUrl),
    headers: {},
    body: Buffer.from(new URLSearchParams(form).toString()),
  });
  return {
    account,
    clock,
    tokenUrl,
    signIn: (form: Form, tenant = account.tenantId) =>
      codeOf(login.token(request({ grant_type: "client_credentials", client_id: account.clientId, ...form }), tenant)),
    issue: (client_id: string) => login.deviceCode(request({ client_id }), LOGIN_URL),
    redeem: (device_code: string, client_id = account.clientId, tenant = account.tenantId) =>
      codeOf(
        login.token(
          request({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code, client_id }),
          tenant,
        ),
      ),
  };
}

function codeOf(answer: Answer): string {
  const { status, body } = answer as { status: number; body: { error_description?: string } };
  return `${status} ${body.error_description?.split(":")[0] ?? ""}`.trim();
}

function deviceCodeIn(answer: Answer): string {
  return (answer as { body: { device_code: string } }).body.device_code;
}

const asserted = (client_assertion: string): Form => ({
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion,
});

describe("a device code", () => {
  test("is granted at the second poll, and only once", () => {
    const { account, issue, redeem } = startLogin();
    const code = deviceCodeIn(issue(account.clientId));
    expect([redeem(code), redeem(code, undefined, "organizations"), redeem(code)]).toEqual([
      "400 AADSTS70016",
      "200",
      "400 AADSTS70018",
    ]);
  });

  test("that was never issued is rejected, however often it is requested", () => {
    const { redeem } = startLogin();
    expect([redeem("made-up"), redeem("made-up")]).toEqual(["400 AADSTS70018", "400 AADSTS70018"]);
  });

  test("is issued only to a client of this cloud", () => {
    const { issue } = startLogin();
    expect(codeOf(issue("04b07795-8ddb-461a-bbee-02f9e1bf7b46"))).toBe("400 AADSTS700016");
  });

  test("cannot be used by another client", () => {
    const { account, issue, redeem } = startLogin();
    const code = deviceCodeIn(issue(account.clientId));
    redeem(code);
    expect([redeem(code, "another"), redeem(code)]).toEqual(["400 AADSTS70018", "200"]);
  });

  test("expires after fifteen minutes", () => {
    const { account, clock, issue, redeem } = startLogin();
    const code = deviceCodeIn(issue(account.clientId));
    redeem(code);
    clock.advance(900_000);
    expect([redeem(code), redeem(code)]).toEqual(["400 AADSTS70020", "400 AADSTS70018"]);
  });

  test("is dropped when there are many newer ones", () => {
    const { account, issue, redeem } = startLogin();
    const first = deviceCodeIn(issue(account.clientId));
    for (let count = 0; count < 100; count += 1) issue(account.clientId);
    expect(redeem(first)).toBe("400 AADSTS70018");
  });
});

describe("a service principal", () => {
  test("is rejected with Azure's own code: wrong tenant, application, grant and secret", () => {
    const { account, signIn } = startLogin();
    const client_secret = account.clientSecret;
    expect([
      signIn({ client_secret }),
      signIn({ client_secret }, "another.example.net"),
      signIn({ client_secret, client_id: "someone" }),
      signIn({ client_secret, grant_type: "password" }),
      signIn({ client_secret: `${client_secret}x` }),
    ]).toEqual(["200", "400 AADSTS90002", "400 AADSTS700016", "400 AADSTS70003", "401 AADSTS7000215"]);
  });

  test("signs in with its registered certificate", async () => {
    const { certificate, privateKey } = await generateCertificate({ dnsNames: ["app"] });
    const { account, tokenUrl, signIn } = startLogin([{ kind: "certificate", certificate }]);
    const claims = { iss: account.clientId, sub: account.clientId, aud: tokenUrl };
    const key = createPrivateKey(privateKey);
    const other = createPrivateKey((await generateCertificate({ dnsNames: ["app"] })).privateKey);
    expect([
      signIn(asserted(signJwt(claims, "ES256", key))),
      signIn(asserted(signJwt(claims, "ES256", other))),
      signIn(asserted(signJwt({ ...claims, aud: `${LOGIN_URL}/elsewhere` }, "ES256", key))),
      signIn(asserted(signJwt({ ...claims, sub: "someone" }, "ES256", key))),
      signIn(asserted(signJwt({ ...claims, exp: 1 }, "ES256", key))),
      signIn(asserted(signJwt(claims, "none", key))),
      signIn(asserted(signJwt(claims, "RS256", key))),
    ]).toEqual(["200", ...Array(6).fill("401 AADSTS700027")]);
  });

  test("signs in with a token of its registered issuer", () => {
    const [trusted, other] = [createIssuer(), createIssuer()];
    const of = { issuer: "https://token.example.net", subject: "repo:ada/app" };
    const { signIn } = startLogin([{ kind: "federated", ...of, publicKey: trusted.publicKey }]);
    const claims = { iss: of.issuer, sub: of.subject, aud: "api://AzureADTokenExchange" };
    expect([
      signIn(asserted(trusted.assert(claims))),
      signIn(asserted(other.assert(claims))),
      signIn(asserted(trusted.assert({ ...claims, sub: "repo:mallory/app" }))),
      signIn(asserted(trusted.assert({ ...claims, nbf: 4_000_000_000 }))),
      signIn(asserted("nonsense")),
    ]).toEqual(["200", ...Array(4).fill("401 AADSTS700027")]);
  });

  test("without registered credentials can only use its secret", () => {
    const { account, tokenUrl, signIn } = startLogin();
    const claims = { iss: account.clientId, sub: account.clientId, aud: tokenUrl };
    expect(signIn(asserted(createIssuer().assert(claims)))).toBe("401 AADSTS700027");
  });
});
