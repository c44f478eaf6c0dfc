// Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/

import type { SpanContext } from "./trace-context.ts";

/** Whether a span of this trace is recorded; `parent` is null for the first span. */
export type Sampler = (traceId: string, parent: SpanContext | null) => boolean;

const always: Sampler = () => true;
const never: Sampler = () => false;

/**
 * Creates a sampler by its `OTEL_TRACES_SAMPLER` name.
 *
 * @returns null if the name or the argument is unknown.
 */
export function samplerOf(name: string, argument: string | undefined): Sampler | null {
  const [, isByParent, root = ""] = /^(parentbased_)?(.*)$/.exec(name.trim().toLowerCase()) ?? [];
  const sampler = rootSampler(root, argument);
  if (sampler === null || isByParent === undefined) return sampler;
  return (traceId, parent) => (parent === null ? sampler(traceId, null) : parent.isSampled);
}

/** Used if no sampler is configured. */
export const defaultSampler: Sampler = (_, parent) => parent?.isSampled ?? true;

function rootSampler(name: string, argument: string | undefined): Sampler | null {
  switch (name) {
    case "always_on":
      return always;
    case "always_off":
      return never;
    case "traceidratio": {
      const ratio = argument === undefined || argument.trim() === "" ? 1 : Number(argument);
      return ratio >= 0 && ratio <= 1 ? byRatio(ratio) : null;
    }
    default:
      return null;
  }
}

/**
 * All services that see a trace make the same decision: it is based on the last seven bytes of the trace id, which are
 * random.
 */
function byRatio(ratio: number): Sampler {
  const bound = BigInt(Math.round(ratio * 2 ** 56));
  return (traceId) => BigInt(`0x${traceId.slice(-14)}`) < bound;
}
