// Reads the files that span-file.ts writes.

import { open, stat } from "node:fs/promises";
import path from "node:path";
import { readLines } from "@same-kit/shared";
import { type OtlpAnyValue, type OtlpRequest, type OtlpSpan, SPAN_KINDS, STATUS_CODES } from "./otlp-json.ts";
import type { AttributeValue, SpanKind } from "./span.ts";
import { OLDER_SPAN_FILE, SPAN_FILE } from "./span-file.ts";

/** A span as stored in the file. */
export type StoredSpan = {
  traceId: string;
  id: string;
  /** Null for the first span of a trace. */
  parentId: string | null;
  name: string;
  kind: SpanKind;
  /** Milliseconds since the epoch, with fractions. */
  startMs: number;
  endMs: number;
  /** Why it ended with an error; null: no error. */
  problem: string | null;
  attributes: Readonly<Record<string, AttributeValue>>;
};

/** Summary of a trace for a list. */
export type StoredTrace = {
  traceId: string;
  /** The name of its first span. */
  name: string;
  startMs: number;
  endMs: number;
  spanCount: number;
  isFailed: boolean;
};

/** Selects the spans of one trace, or of all traces that an instance is in. */
type SpanQuery = { traceId: string } | { instanceId: string };

const INSTANCE_ATTRIBUTES = ["durabletask.task.instance_id", "durabletask.event.target_instance_id"];

/** The spans in a state folder. */
export class TraceFiles {
  readonly #files: readonly string[];
  #listed: { version: string; traces: readonly StoredTrace[] } | null = null;

  constructor(folder: string) {
    this.#files = [OLDER_SPAN_FILE, SPAN_FILE].map((name) => path.join(folder, name));
  }

  /** Newest first. */
  async list(): Promise<readonly StoredTrace[]> {
    const version = await this.#version();
    if (this.#listed?.version !== version) this.#listed = { version, traces: await this.#readTraces() };
    return this.#listed.traces;
  }

  /** Ordered by start time. */
  async find(query: SpanQuery): Promise<StoredSpan[]> {
    const traceIds = "traceId" in query ? new Set([query.traceId]) : await this.#tracesOf(query.instanceId);
    const isWanted = (text: string) => [...traceIds].some((it) => text.includes(it));
    const found: StoredSpan[] = [];
    for await (const line of this.#lines()) {
      if (isWanted(line)) found.push(...spansIn(line).filter(({ traceId }) => traceIds.has(traceId)));
    }
    return found.sort((a, b) => a.startMs - b.startMs);
  }

  async #tracesOf(instanceId: string): Promise<ReadonlySet<string>> {
    const text = JSON.stringify(instanceId);
    const traceIds = new Set<string>();
    for await (const line of this.#lines()) {
      if (!line.includes(text)) continue;
      for (const { traceId, attributes } of spansIn(line)) {
        if (INSTANCE_ATTRIBUTES.some((name) => attributes[name] === instanceId)) traceIds.add(traceId);
      }
    }
    return traceIds;
  }

  async #readTraces(): Promise<StoredTrace[]> {
    const traces = new Map<string, StoredTrace>();
    for await (const line of this.#lines()) {
      for (const span of spansIn(line)) traces.set(span.traceId, withSpan(traces.get(span.traceId), span));
    }
    return [...traces.values()].sort((a, b) => b.startMs - a.startMs);
  }

  async *#lines(): AsyncGenerator<string> {
    for (const file of this.#files) {
      const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      });
      if (handle === null) continue;
      try {
        for await (const { text } of readLines(handle)) yield text;
      } finally {
        await handle.close();
      }
    }
  }

  /** Changes whenever the files change. */
  async #version(): Promise<string> {
    const stats = await Promise.all(this.#files.map((file) => stat(file).catch(() => null)));
    return JSON.stringify(stats.map((it) => [it?.ino, it?.size, it?.mtimeMs]));
  }
}

function withSpan(trace: StoredTrace | undefined, { traceId, name, startMs, endMs, problem }: StoredSpan): StoredTrace {
  const isFirst = trace === undefined || startMs < trace.startMs;
  return {
    traceId,
    name: isFirst ? name : trace.name,
    startMs: isFirst ? startMs : trace.startMs,
    endMs: Math.max(endMs, trace?.endMs ?? endMs),
    spanCount: (trace?.spanCount ?? 0) + 1,
    isFailed: (trace?.isFailed ?? false) || problem !== null,
  };
}

/** An incomplete line of a killed host contains no spans. */
function spansIn(line: string): StoredSpan[] {
  try {
    const { resourceSpans } = JSON.parse(line) as OtlpRequest;
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(toStored)));
  } catch {
    return [];
  }
}

const KINDS = new Map(Object.entries(SPAN_KINDS).map(([kind, number]) => [number, kind as SpanKind]));

function toStored(span: OtlpSpan): StoredSpan {
  const { traceId, spanId, parentSpanId = null, name, kind, status } = span;
  return {
    traceId,
    id: spanId,
    parentId: parentSpanId,
    name,
    kind: KINDS.get(kind) ?? "internal",
    startMs: toMs(span.startTimeUnixNano),
    endMs: toMs(span.endTimeUnixNano),
    problem: status.code === STATUS_CODES.error ? (status.message ?? "") : null,
    attributes: Object.fromEntries(span.attributes.map(({ key, value }) => [key, toValue(value)])),
  };
}

const toMs = (nanos: string): number => Number(BigInt(nanos) / 1000n) / 1000;

function toValue(value: OtlpAnyValue): AttributeValue {
  if ("intValue" in value) return Number(value.intValue);
  if ("stringValue" in value) return value.stringValue;
  return "boolValue" in value ? value.boolValue : value.doubleValue;
}
