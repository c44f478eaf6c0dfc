// `--offline`: environments are created from packages on this machine, without a package index.

import os from "node:os";
import { PythonError } from "./errors.ts";
import type { PipSettings } from "./installer.ts";

const INDEX_OPTION = /^(-i|--index-url|--extra-index-url|-f|--find-links)\b[\s=]*(?!file:)[a-z+]+:\/\//i;
const REMOTE = /(?<![\w+])(?!file:)[a-z][a-z+.-]*:\/\/\S+/i;
// Nothing listens there: for requests that are made anyway.
const NOWHERE = "http://127.0.0.1:1";

/**
 * The requirements without the indexes that they name.
 *
 * @throws PythonError `ERR_PYTHON_OFFLINE` if they name a package by a URL of another machine.
 */
export function withoutIndexes(requirements: Buffer): Buffer {
  const lines = requirements.toString("utf8").split(/\r?\n/);
  const left = lines.filter((line) => !INDEX_OPTION.test(line.trim()));
  const remote = left.filter((line) => REMOTE.test(line.replace(/(^|\s)#.*$/, "")));
  if (remote.length > 0) throw missing(remote.map((line) => line.trim()));
  return Buffer.from(left.join("\n"));
}

/** The environment of an installer that must not use the network; of pip's settings, only local folders of wheels remain. */
export function offlineVariables(env: NodeJS.ProcessEnv, settings: PipSettings): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(
    ([name]) => !/^(PIP_.*|UV_(DEFAULT_|EXTRA_)?INDEX.*|(https?|all|no)_proxy)$/i.test(name),
  );
  const links = (settings.get("find-links") ?? "").split(/\s+/).filter((link) => link !== "" && !REMOTE.test(link));
  return {
    ...Object.fromEntries(own),
    PIP_CONFIG_FILE: os.devNull,
    ...(links.length > 0 && { PIP_FIND_LINKS: links.join(" "), UV_FIND_LINKS: links.join(",") }),
    UV_OFFLINE: "1",
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
    ALL_PROXY: NOWHERE,
  };
}

/** @param printed - The end of the installer's output. */
export function missingOffline(printed: string): PythonError {
  const pip = [...printed.matchAll(/No matching distribution found for (\S+)/g)].map(([, name = ""]) => name);
  const uv = [...printed.matchAll(/Because ([\w.-]+(?:==[\w.]+)?)\S* (?:was not found in|needs to be downloaded)/g)];
  const names = [...pip, ...uv.map(([, name = ""]) => name)];
  return missing([...new Set(names)], printed);
}

function missing(names: readonly string[], printed = ""): PythonError {
  const what = names.length === 0 ? "packages of requirements.txt" : names.join(", ");
  const rest = printed === "" ? "" : ` It printed:\n${printed}`;
  return new PythonError(
    "ERR_PYTHON_OFFLINE",
    `Not on this machine, and --offline uses no package index: ${what}. Run once without --offline, or set PIP_FIND_LINKS to a folder with the wheels.${rest}`,
  );
}
