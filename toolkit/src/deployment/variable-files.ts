// Determines which variables a .tfvars file sets. Terraform reports only their values, and only if it plans a change.

import { readFile } from "node:fs/promises";
import { isRecord } from "@same-kit/shared";

// Text in which names and brackets have no meaning: comments, here documents, strings with their escapes.
const OPAQUE =
  /#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|<<-?[ \t]*(\w+)\n[\s\S]*?\n[ \t]*\1[ \t]*(?=\n|$)|"(?:\\.|[^"\\\n])*"/g;

/** The names that a file sets at its top level. Text that terraform would refuse sets nothing. */
export function namesSetBy(text: string, isJson: boolean): string[] {
  return isJson ? namesOfJson(text) : namesOfHcl(text);
}

/** The names that any of these files sets. A file that cannot be read sets nothing. */
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
