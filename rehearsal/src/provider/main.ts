// The stand-in `hashicorp/azurerm`, started by Terraform, never by hand. It announces itself on stdout as required by
// hashicorp/go-plugin (docs/internals.md), and runs until Terraform shuts it down.
import { generateCertificate } from "@same-kit/shared";
import { createProvider } from "./provider.ts";
import { serveProvider } from "./serve.ts";

const COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const CORE_PROTOCOL = 1;
const PROVIDER_PROTOCOL = 5;

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  if (env["TF_PLUGIN_MAGIC_COOKIE"] !== COOKIE) {
    process.stderr.write("This program is a Terraform provider; Terraform starts it.\n");
    process.exitCode = 1;
    return;
  }
  // An interrupt reaches the whole process group; only Terraform's own Stop request counts.
  process.on("SIGINT", () => {});
  process.stdin.on("end", () => process.exit(0));

  const clientCertificate = env["PLUGIN_CLIENT_CERT"];
  const tls =
    clientCertificate === undefined || clientCertificate === ""
      ? undefined
      : { pair: await generateCertificate({ dnsNames: ["localhost"] }), clientCertificate };
  const port = await serveProvider({
    handlers: createProvider(env),
    ...(tls === undefined ? {} : { tls }),
    onShutdown: () => setImmediate(() => process.exit(0)),
  });
  const certificate = tls === undefined ? "" : `|${toRawBase64(tls.pair.certificate)}`;
  process.stdout.write(`${CORE_PROTOCOL}|${PROVIDER_PROTOCOL}|tcp|127.0.0.1:${port}|grpc${certificate}\n`);
}

/** DER, Base64-encoded without padding, like Go's RawStdEncoding. */
function toRawBase64(pem: string): string {
  return pem.replace(/-----[A-Z ]+-----|\s/g, "").replace(/=+$/, "");
}

void main(process.env);
