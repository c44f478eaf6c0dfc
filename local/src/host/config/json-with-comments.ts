/**
 * Parses JSON like the .NET configuration readers: comments and trailing commas are accepted, and a byte order mark is
 * skipped.
 */
export function parseJsonWithComments(text: string): unknown {
  const withoutComments = text
    .replace(/^\uFEFF/, "")
    // Strings are matched first and kept, so that "http://…" is not treated as a comment.
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string: string | undefined) => string ?? " ");
  return JSON.parse(
    withoutComments.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? ""),
  );
}
