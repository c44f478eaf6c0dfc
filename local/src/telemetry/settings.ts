// The variables of OpenTelemetry's SDKs, read from the app's settings as the Functions host reads them.
// Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/

import { defaultSampler, type Sampler, samplerOf } from "./sampler.ts";
import type { Attributes } from "./span.ts";

export type OtlpProtocol = "grpc" | "http/json" | "http/protobuf";

export type OtlpTarget = {
  url: string;
  protocol: OtlpProtocol;
  /** Secret. */
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** How long spans are collected before they are exported together. */
  delayMs: number;
};

type TelemetrySettings = {
  /** Null: spans are written to a file. */
  target: OtlpTarget | null;
  resource: Attributes;
  sampler: Sampler;
  warnings: readonly string[];
};

type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_TIMEOUT_MS = 10_000;
/** An SDK waits five seconds; here a user waits for the spans. */
const DEFAULT_DELAY_MS = 1_000;
// 27 hours: a gRPC timeout has at most eight digits, and Node's timers end at about a month.
const MAX_MS = 99_999_999;
const PREFIX = "OTEL_EXPORTER_OTLP_";
const GRPC_PORT = "4317";

/**
 * @param service - Default name and version of the traced service.
 * @returns null if the variables turn tracing off.
 */
export function readTelemetrySettings(env: Env, service: { name: string; version: string }): TelemetrySettings | null {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  if (text("OTEL_SDK_DISABLED")?.toLowerCase() === "true") return null;
  if (text("OTEL_TRACES_EXPORTER")?.toLowerCase() === "none") return null;
  const warnings: string[] = [];
  const target = targetOf(text, warnings);
  return { target, resource: resourceOf(text, service, warnings), sampler: readSampler(text, warnings), warnings };
}

type Read = (name: string) => string | undefined;

function targetOf(text: Read, warnings: string[]): OtlpTarget | null {
  const own = text(`${PREFIX}TRACES_ENDPOINT`);
  const url = toUrl(own ?? text(`${PREFIX}ENDPOINT`), warnings);
  if (url === null) return null;
  const ofTraces = (name: string) => text(`${PREFIX}TRACES_${name}`) ?? text(`${PREFIX}${name}`);
  const protocol = toProtocol(ofTraces("PROTOCOL"), url, warnings);
  // The traces path is appended to a general endpoint; an endpoint for traces is used as it is.
  if (own === undefined && protocol !== "grpc") url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/traces`;
  return {
    url: url.href,
    protocol,
    headers: toHeaders(ofTraces("HEADERS"), warnings),
    timeoutMs: toMs(ofTraces("TIMEOUT"), DEFAULT_TIMEOUT_MS),
    delayMs: toMs(text("OTEL_BSP_SCHEDULE_DELAY"), DEFAULT_DELAY_MS),
  };
}

function toMs(value: string | undefined, fallback: number): number {
  const ms = Number(value);
  return ms > 0 ? Math.ceil(Math.min(ms, MAX_MS)) : fallback;
}

function toUrl(endpoint: string | undefined, warnings: string[]): URL | null {
  if (endpoint === undefined) return null;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  warnings.push(
    "The OTLP endpoint is not an http or https URL without user and password, so spans go to a file. " +
      "Set OTEL_EXPORTER_OTLP_ENDPOINT to one such as http://localhost:4318; credentials belong in OTEL_EXPORTER_OTLP_HEADERS.",
  );
  return null;
}

/**
 * Without a configured protocol, the Functions host uses gRPC and other SDKs HTTP; collectors have one port for each.
 */
function toProtocol(name: string | undefined, { port }: URL, warnings: string[]): OtlpProtocol {
  const usual = port === GRPC_PORT ? "grpc" : "http/protobuf";
  switch (name?.toLowerCase()) {
    case undefined:
      return usual;
    case "grpc":
    case "http/protobuf":
    case "http/json":
      return name?.toLowerCase() as OtlpProtocol;
    default:
      warnings.push(
        `The OTLP protocol "${name}" is not known; ${usual} is used. Set OTEL_EXPORTER_OTLP_PROTOCOL to grpc, http/protobuf or http/json.`,
      );
      return usual;
  }
}

/** Parses `name=value,name=value` with percent-encoded values. Warnings must not contain any part of it. */
function toHeaders(list: string | undefined, warnings: string[]): Record<string, string> {
  const pairs = toPairs(list);
  try {
    const headers = new Headers(pairs.map(({ name, value }) => [name, value]));
    return Object.fromEntries(headers);
  } catch {
    warnings.push("OTEL_EXPORTER_OTLP_HEADERS is not a list of name=value, so no headers are sent to the collector.");
    return {};
  }
}

function toPairs(list: string | undefined): { name: string; value: string }[] {
  const items = (list ?? "").split(",").filter((item) => item.trim() !== "");
  return items.map((item) => {
    const [name = "", ...value] = item.split("=");
    return { name: name.trim(), value: decode(value.join("=").trim()) };
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function resourceOf(text: Read, service: { name: string; version: string }, warnings: string[]): Attributes {
  const named = toPairs(text("OTEL_RESOURCE_ATTRIBUTES"));
  if (named.some(({ name }) => name === "")) {
    warnings.push("OTEL_RESOURCE_ATTRIBUTES is not a list of name=value; other entries are ignored.");
  }
  const own = text("OTEL_SERVICE_NAME");
  return {
    "service.name": service.name,
    "service.version": service.version,
    "faas.version": service.version,
    "process.pid": process.pid,
    ...Object.fromEntries(named.filter(({ name }) => name !== "").map(({ name, value }) => [name, value])),
    ...(own === undefined ? {} : { "service.name": own }),
  };
}

function readSampler(text: Read, warnings: string[]): Sampler {
  const name = text("OTEL_TRACES_SAMPLER");
  if (name === undefined) return defaultSampler;
  const sampler = samplerOf(name, text("OTEL_TRACES_SAMPLER_ARG"));
  if (sampler !== null) return sampler;
  warnings.push(
    `The sampler "${name}" in OTEL_TRACES_SAMPLER, or its argument, is unknown; parentbased_always_on is used.`,
  );
  return defaultSampler;
}
