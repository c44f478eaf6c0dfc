// Which variables a .tfvars file sets. Terraform reports only their values, and only where it plans a change.

import { readFile } from "node:fs/promises";
import { isRecord } from "@same-kit/shared";

// What may hold a name or a bracket that means nothing: comments, here documents, strings with their escapes.
const OPAQUE =
  /#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|<<-?[ \t]*(\w+)\n[\s\S]*?\n[ \t]*\1[ \t]*(?=\n|$)|"(?:\\.|[^"\\\n])*"/g;

/** Names that a file's text sets, at its top level. What terraform would refuse sets nothing. */
export function namesSetBy(text: string, isJson: boolean): string[] {
  return isJson ? namesOfJson(text) : namesOfHcl(text);
}

/** Names that any of these files sets. A file that cannot be read sets nothing. */
export async function namesSetByFiles(files: readonly string[]): Promise<Set<string>> {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return new Set(texts.flatMap((text, index) => namesSetBy(text, files[index]?.endsWith(".json") ?? false)));
}

function namesOfJson(text: string): string[] {
  try {
    const document: unknown = JSON.parse(text);
    return isRecord(document) ? Object.keys(document) : [];
  } catch {
    return [];
  }
}

function namesOfHcl(text: string): string[] {
  const plain = text.replaceAll("\r\n", "\n").replace(OPAQUE, (found) => (found.startsWith('"') ? '""' : "0"));
  const names: string[] = [];
  let depth = 0;
  for (const [token, name] of plain.matchAll(/[[{(]|[\]})]|^[ \t]*([A-Za-z_][\w-]*)[ \t]*=(?![=>])/gm)) {
    if (name !== undefined) {
      if (depth === 0) names.push(name);
    } else depth += /[[{(]/.test(token) ? 1 : -1;
  }
  return names;
}
