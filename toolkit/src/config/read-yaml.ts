// A separate file, so that the parser is loaded only if there is a configuration file.
import { parse } from "yaml";

/** @throws YAMLParseError */
export function readYaml(text: string): unknown {
  return parse(text);
}
