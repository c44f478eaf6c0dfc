import { expect, test } from "vitest";
import { readTelemetrySettings } from "../../../local/src/telemetry/settings.ts";
import { parseTraceParent } from "../../../local/src/telemetry/trace-context.ts";

const SERVICE = { name: "shop", version: "4.1" };
const read = (env: Record<string, string>) => readTelemetrySettings(env, SERVICE);
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const parent = (flags: string) => parseTraceParent(`00-${TRACE}-b7ad6b7169203331-${flags}`);

test("without an endpoint there is no target", () => {
  expect(read({})).toMatchObject({ target: null, warnings: [] });
  expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: " " })).toMatchObject({ target: null, warnings: [] });
});

test("the traces path is appended to the general endpoint, and a traces endpoint is used unchanged", () => {
  expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318/" })?.target).toEqual({
    url: "http://localhost:4318/v1/traces",
    protocol: "http/protobuf",
    headers: {},
    timeoutMs: 10_000,
    delayMs: 1_000,
  });
  const own = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://b/x?y=1" };
  expect(read(own)?.target?.url).toBe("https://b/x?y=1");
});

test("variables for traces override the general ones", () => {
  const settings = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_HEADERS: "api-key=general",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "api-key=a%20key=,x=1",
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "500",
  });
  expect(settings?.target).toMatchObject({
    protocol: "http/json",
    headers: { "api-key": "a key=", x: "1" },
    timeoutMs: 500,
  });
});

test.each([
  ["0.5", 1],
  ["10000.5", 10_001],
  ["1e12", 99_999_999],
  ["Infinity", 99_999_999],
  ["-1", 10_000],
  ["soon", 10_000],
])("a timeout of %s is limited to what timers and gRPC accept", (text, timeoutMs) => {
  const settings = read({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318", OTEL_EXPORTER_OTLP_TIMEOUT: text });
  expect(settings?.target).toMatchObject({ timeoutMs });
  expect(AbortSignal.timeout(timeoutMs).aborted).toBe(false);
});

test.each([
  ["http://localhost:4317", undefined, "grpc", "http://localhost:4317/"],
  ["http://localhost:4318", undefined, "http/protobuf", "http://localhost:4318/v1/traces"],
  ["http://localhost:4318", "grpc", "grpc", "http://localhost:4318/"],
  ["http://localhost:4317", "HTTP/JSON", "http/json", "http://localhost:4317/v1/traces"],
])("%s with the protocol %s is exported by %s to %s", (endpoint, name, protocol, url) => {
  const settings = read({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: name ?? "" });
  expect(settings).toMatchObject({ target: { protocol, url }, warnings: [] });
});

test("an unknown protocol is reported, and the default one is used", () => {
  const settings = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/xml",
  });
  expect(settings?.target?.protocol).toBe("http/protobuf");
  expect(settings?.warnings[0]).toContain('The OTLP protocol "http/xml" is not known; http/protobuf is used.');
});

test("warnings contain neither headers nor a URL with a password", () => {
  const settings = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:secret-word@localhost",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "bad name=secret-word",
  });
  expect(settings?.target).toBeNull();
  const other = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost",
    OTEL_EXPORTER_OTLP_HEADERS: "a b=secret-word",
  });
  expect(other?.target?.headers).toEqual({});
  const warnings = [...(settings?.warnings ?? []), ...(other?.warnings ?? [])];
  expect(warnings).toHaveLength(2);
  expect(warnings.join()).not.toContain("secret-word");
});

test("the resource is the app, unless variables override it", () => {
  expect(read({})?.resource).toMatchObject({ "service.name": "shop", "service.version": "4.1" });
  const named = read({ OTEL_RESOURCE_ATTRIBUTES: "service.name=a,team=b%2Cc", OTEL_SERVICE_NAME: "d" });
  expect(named?.resource).toMatchObject({ "service.name": "d", team: "b,c" });
});

test.each<Record<string, string>>([{ OTEL_SDK_DISABLED: "TRUE" }, { OTEL_TRACES_EXPORTER: "none" }])(
  "%j turns traces off",
  (env) => {
    expect(read(env)).toBeNull();
  },
);

const FIRST_HALF = `${"0".repeat(18)}7fffffffffffff`;
const SECOND_HALF = `${"0".repeat(18)}80000000000000`;
test.each([
  [{}, TRACE, null, true],
  [{}, TRACE, "00", false],
  [{}, TRACE, "01", true],
  [{ OTEL_TRACES_SAMPLER: "always_on" }, TRACE, "00", true],
  [{ OTEL_TRACES_SAMPLER: "always_off" }, TRACE, "01", false],
  [{ OTEL_TRACES_SAMPLER: "parentbased_always_off" }, TRACE, null, false],
  [{ OTEL_TRACES_SAMPLER: "parentbased_always_off" }, TRACE, "01", true],
  [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.5" }, FIRST_HALF, null, true],
  [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.5" }, SECOND_HALF, null, false],
  [{ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.5" }, SECOND_HALF, "01", true],
])("with %j a span of %s with parent flags %s is sampled: %s", (env, traceId, flags, expected) => {
  const settings = read(env as Record<string, string>);
  expect(settings?.warnings).toEqual([]);
  expect(settings?.sampler(traceId, flags === null ? null : parent(flags))).toBe(expected);
});

test("an unknown sampler is reported, and the default one is used", () => {
  const settings = read({ OTEL_TRACES_SAMPLER: "jaeger_remote" });
  expect(settings?.warnings[0]).toContain("jaeger_remote");
  expect(settings?.sampler(TRACE, parent("00"))).toBe(false);
});
