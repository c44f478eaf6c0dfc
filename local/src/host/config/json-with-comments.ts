/**
 * Parses JSON as the .NET configuration readers do: comments and commas before a closing bracket are tolerated, and a byte
 * order mark is skipped.
 */
export function parseJsonWithComments(text: string): unknown {
  const withoutComments = text
    .replace(/^\uFEFF/, "")
    // Strings are matched first and kept, so that "http://…" is not taken for a comment.
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string: string | undefined) => string ?? " ");
  return JSON.parse(
    withoutComments.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? ""),
  );
}
