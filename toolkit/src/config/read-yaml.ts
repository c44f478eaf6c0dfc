// A file of its own, so that only a command that finds a configuration file loads the parser.
import { parse } from "yaml";

/** @throws YAMLParseError */
export function readYaml(text: string): unknown {
  return parse(text);
}
