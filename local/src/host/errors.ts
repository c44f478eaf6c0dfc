import { OperationError } from "@same-kit/shared";

export type HostErrorCode =
  /** Another process listens on the requested port. */
  | "ERR_PORT_IN_USE"
  /** The requested port cannot be opened for another reason. */
  | "ERR_PORT_UNAVAILABLE"
  /** The folder contains no Functions app. */
  | "ERR_APP_NOT_FOUND"
  /** host.json has no version, is not valid JSON, or has a value of the wrong type. */
  | "ERR_HOST_JSON"
  /** local.settings.json contains encrypted values. */
  | "ERR_LOCAL_SETTINGS"
  /** The certificate for HTTPS cannot be read, or has no private key. */
  | "ERR_CERTIFICATE"
  /** The app's own code failed while loading, or one of its routes is invalid. */
  | "ERR_APP_START"
  /** `--node` requests a Node.js that is not installed, or that the worker cannot use. */
  | "ERR_NODE_NOT_FOUND"
  /** The worker process crashed too often. */
  | "ERR_WORKER_CRASHED";

/** A problem with the app, its configuration or its port; exit code 1. */
export class HostError extends OperationError<HostErrorCode> {}

/** The requested port, `port`, is in use. */
export class PortInUseError extends HostError {
  readonly port: number;

  /** @param message - Names the port. */
  constructor(port: number, message: string, cause: unknown) {
    super({
      code: "ERR_PORT_IN_USE",
      message,
      hint: "Stop that program, or choose another port with --port.",
      cause,
    });
    this.port = port;
  }
}
