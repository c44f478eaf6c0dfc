import { usageError } from "../errors.ts";
import type { BootOptions } from "../ports.ts";

/** Options of a host that control who may call it, and what happens to unsupported outputs. */
export const callerOptions = {
  "allow-host": {
    type: "string",
    multiple: true,
    value: "NAME",
    help: "Also serve requests for this host name, as sent through a tunnel or from a container",
  },
  "allow-origin": {
    type: "string",
    multiple: true,
    value: "URL",
    help: "Let pages of this origin send requests, for example http://localhost:5173",
  },
  "ignore-outputs": {
    type: "boolean",
    help: "Drop the values of unsupported output bindings instead of failing the call",
  },
} as const;

export type CallerValues = {
  "allow-host"?: readonly string[] | undefined;
  "allow-origin"?: readonly string[] | undefined;
  "ignore-outputs": boolean;
};

type CallerSettings = Required<Pick<BootOptions, "allowedHosts" | "allowedOrigins" | "ignoreOutputs">>;

/** @throws UsageError `ERR_USAGE` */
export function toCallerSettings(values: CallerValues): CallerSettings {
  return {
    allowedHosts: values["allow-host"] ?? [],
    allowedOrigins: (values["allow-origin"] ?? []).map(toOrigin),
    ignoreOutputs: values["ignore-outputs"],
  };
}

function toOrigin(text: string): string {
  if (text === "*") return text;
  const origin = URL.canParse(text) ? new URL(text).origin : "null";
  if (origin !== "null") return origin;
  throw usageError(
    `--allow-origin ${text} is not an origin.`,
    "An origin is a scheme, a host and a port: http://localhost:5173.",
  );
}
