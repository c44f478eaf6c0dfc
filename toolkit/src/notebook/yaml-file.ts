import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import { configError } from "./same-config.ts";

type YamlFile = {
  /** Plain values; null for an empty file. */
  value: unknown;
  /** The line, from 1, of the key or list item at `path`; if it is missing, of its parent. */
  lineOf(path: readonly PropertyKey[]): number;
};

/**
 * The content of a YAML text.
 *
 * @param file - Its name in messages.
 * @throws OperationError `ERR_CONFIG_INVALID`: also for a tag that is not YAML's own, and for aliases that expand excessively.
 */
export function parseYaml(text: string, file: string): YamlFile {
  let problem: string;
  try {
    const lines = new LineCounter();
    // The parser's warnings are errors here.
    const document = parseDocument(text, { logLevel: "error", lineCounter: lines });
    const [mistake] = [...document.errors, ...document.warnings];
    if (mistake === undefined) {
      return { value: document.toJS(), lineOf: (path) => lines.linePos(offsetOf(document, path)).line };
    }
    const line = lines.linePos(mistake.pos[0]).line;
    problem = mistake.code === "MULTIPLE_DOCS" ? `it contains a second document, at line ${line}` : mistake.message;
  } catch (cause) {
    throw configError(`${file} is not valid YAML: ${(cause as Error).message}.`, cause);
  }
  throw configError(`${file} is not valid YAML: ${problem}`);
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const key = path[length - 1];
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const found = isMap(parent)
      ? parent.items.find((pair) => isNode(pair.key) && String(pair.key) === String(key))?.key
      : document.getIn(path.slice(0, length), true);
    if (isNode(found) && found.range) return found.range[0];
  }
  return 0;
}
