import type { LogFields } from "@same-kit/shared";

/** Keeps warnings as `message name=value …`. */
export function recordingLogger(): { lines: string[]; warn(message: string, fields?: LogFields): void } {
  const lines: string[] = [];
  return {
    lines,
    warn(message, fields = {}) {
      lines.push([message, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(" "));
    },
  };
}
