// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/

import type { SpanContext } from "./trace-context.ts";

/** Whether a span of this trace is recorded; `parent` is null for the first of it. */
export type Sampler = (traceId: string, parent: SpanContext | null) => boolean;

const always: Sampler = () => true;
const never: Sampler = () => false;

/**
 * By the names of `OTEL_TRACES_SAMPLER`.
 *
 * @returns null for a name or an argument that is not known.
 */
export function samplerOf(name: string, argument: string | undefined): Sampler | null {
  const [, isByParent, root = ""] = /^(parentbased_)?(.*)$/.exec(name.trim().toLowerCase()) ?? [];
  const sampler = rootSampler(root, argument);
  if (sampler === null || isByParent === undefined) return sampler;
  return (traceId, parent) => (parent === null ? sampler(traceId, null) : parent.isSampled);
}

/** What is used where nothing is said. */
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

/** All services that see a trace decide alike: by the last seven bytes of its id, which are random. */
function byRatio(ratio: number): Sampler {
  const bound = BigInt(Math.round(ratio * 2 ** 56));
  return (traceId) => BigInt(`0x${traceId.slice(-14)}`) < bound;
}
