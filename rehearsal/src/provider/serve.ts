import type { ServerDuplexStream, ServerUnaryCall, ServiceDefinition, sendUnaryData } from "@grpc/grpc-js";
import { loadPackageDefinition, Server, ServerCredentials } from "@grpc/grpc-js";
import type { CertificatePair } from "@same-kit/shared";
import { loadProtocol } from "./protocol.ts";
import type { ProviderHandlers, ProviderRequest } from "./provider.ts";

// Terraform's own limit for one message of a provider: hashicorp/terraform, internal/plugin/serve.go.
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

type ServeOptions = {
  handlers: ProviderHandlers;
  /** Absent: no TLS, as Terraform expects with `TF_DISABLE_PLUGIN_TLS`. */
  tls?: { pair: CertificatePair; clientCertificate: string };
  onShutdown: () => void;
};

/** Starts the gRPC server on a free loopback port and returns the port. */
export async function serveProvider(options: ServeOptions): Promise<number> {
  const root = loadPackageDefinition(loadProtocol()) as unknown as LoadedProtocol;
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": -1,
  });
  server.addService(root.tfplugin5.Provider.service, toUnaryHandlers(options.handlers));
  // go-plugin opens both streams and expects them to stay open for the lifetime of the process.
  server.addService(root.plugin.GRPCBroker.service, { StartStream: keepOpen });
  server.addService(root.plugin.GRPCStdio.service, { StreamStdio: keepOpen });
  server.addService(root.plugin.GRPCController.service, {
    Shutdown: (_call: ServerUnaryCall<object, object>, reply: sendUnaryData<object>) => {
      reply(null, {});
      options.onShutdown();
    },
  });
  return bind(server, options.tls);
}

type LoadedProtocol = {
  tfplugin5: { Provider: { service: ServiceDefinition } };
  plugin: Record<"GRPCBroker" | "GRPCStdio" | "GRPCController", { service: ServiceDefinition }>;
};

function bind(server: Server, tls: ServeOptions["tls"]): Promise<number> {
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from(tls.clientCertificate),
          [{ private_key: Buffer.from(tls.pair.privateKey), cert_chain: Buffer.from(tls.pair.certificate) }],
          true,
        );
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, port) => (error ? reject(error) : resolve(port)));
  });
}

function toUnaryHandlers(handlers: ProviderHandlers) {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      (call: ServerUnaryCall<ProviderRequest, object>, reply: sendUnaryData<object>) => {
        handle(call.request).then(
          (response) => reply(null, response),
          (error) => reply(error as Error),
        );
      },
    ]),
  );
}

function keepOpen(stream: Pick<ServerDuplexStream<object, object>, "on">): void {
  stream.on("error", () => {});
  stream.on("data", () => {});
}
