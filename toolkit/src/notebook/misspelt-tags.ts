import { nearest } from "../nearest.ts";

const WITH_VALUE = ["cache", "environment", "requirements"];
const PLAIN = ["parameters", "raises-exception", "skip-execution"];

/**
 * Warnings about tags that have no effect but resemble one that does. Tags of other programs are not mistakes.
 *
 * @param tags - The unknown tags.
 */
export function warnOfMisspelt(cell: number, tags: readonly string[]): string[] {
  return tags.flatMap((tag) => {
    const meant = meantBy(tag);
    return meant === null ? [] : [`Cell ${cell}: the tag ${tag} has no effect; did you mean \`${meant}\`?`];
  });
}

function meantBy(tag: string): string | null {
  const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*)$/s.exec(tag) ?? [];
  if (name === undefined) return PLAIN.find((word) => word !== tag && essence(word) === essence(tag)) ?? null;
  const near = nearest(name.toLowerCase(), WITH_VALUE);
  return near === null ? null : `${near}=${value}`;
}

/** Without differences that are easily overlooked: case, separators, the plural. */
const essence = (tag: string): string =>
  tag
    .toLowerCase()
    .replaceAll(/[-_\s]/g, "")
    .replace(/s$/, "");
