import { RE2JS } from "re2js";

/** Matches a blob name against a trigger's path and returns the values of its parameters; null if it does not match. */
type BlobMatcher = (blobName: string) => Readonly<Record<string, string>> | null;

export type BlobPattern = { containerName: string; match: BlobMatcher };

/**
 * Parses a blob trigger's `path`: `container`, or `container/pattern`, where `{name}` matches any characters, including
 * slashes, and `{{` and `}}` stand for braces. App settings must already be resolved.
 *
 * @throws Error that explains why the path is invalid.
 * @see Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Blobs/src/Triggers/BlobPathSource.cs
 */
export function parseBlobPattern(path: string): BlobPattern {
  const slash = path.indexOf("/");
  const containerName = slash < 0 ? path : path.slice(0, slash);
  const pattern = slash < 0 ? "" : path.slice(slash + 1);
  if (containerName === "" || /[{}]/.test(containerName)) {
    throw new Error(`The path "${path}" of a blob trigger must begin with the name of a container.`);
  }
  if (pattern === "") return { containerName, match: () => ({}) };
  const { source, names } = toExpression(pattern, path);
  // A linear-time engine: two adjacent parameters would cause backtracking.
  const expression = RE2JS.compile(source, RE2JS.DOTALL);
  return {
    containerName,
    match(blobName) {
      const matcher = expression.matcher(blobName);
      if (!matcher.matches()) return null;
      return Object.fromEntries(names.map((name, index) => [name, matcher.group(index + 1) ?? ""]));
    },
  };
}

function toExpression(pattern: string, path: string): { source: string; names: string[] } {
  const names: string[] = [];
  const parts = pattern.match(/\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g) ?? [];
  const source = parts.map((part) => {
    if (part === "{{" || part === "}}") return RE2JS.quote(part[0]!);
    if (part === "{" || part === "}") throw new Error(`The path "${path}" of a blob trigger has a single brace.`);
    if (!part.startsWith("{")) return RE2JS.quote(part);
    const name = part.slice(1, -1).trim();
    if (!/^[a-z_][a-z0-9_]*$/i.test(name)) throw new Error(`"${part}" in the path "${path}" is not a name.`);
    if (names.includes(name)) throw new Error(`"${part}" is in the path "${path}" twice.`);
    names.push(name);
    return "(.*)";
  });
  return { source: source.join(""), names };
}
