// What makes environments: uv where it is installed, else pip. uv reads no settings of pip's, so these are handed to it.

import os from "node:os";
import path from "node:path";
import { findOnPath } from "@same-kit/shared";

export type PipSettings = ReadonlyMap<string, string>;

/** Settings of pip that change nothing about what is installed. */
const WITHOUT_EFFECT =
  /^(disable-pip-version-check|no-input|progress-bar|quiet|verbose|(default-)?timeout|retries|(no-)?cache-dir|user|break-system-packages|no-warn-script-location|root-user-action|no-color|require-virtualenv|log)$/;

const AS_UV_HAS_IT: Readonly<Record<string, string>> = {
  "index-url": "UV_DEFAULT_INDEX",
  "extra-index-url": "UV_INDEX",
  "find-links": "UV_FIND_LINKS",
  "trusted-host": "UV_INSECURE_HOST",
  cert: "SSL_CERT_FILE",
};
/** Several links are separated by commas there, and by blanks in pip's. */
const BY_COMMAS = new Set(["UV_FIND_LINKS"]);

/** Undefined where there is none. */
export function findUv(env: NodeJS.ProcessEnv): string | undefined {
  const home = env["HOME"] ?? os.homedir();
  // Where its own installer, and Rust's, put it.
  const PATH = [env["PATH"] ?? "", path.join(home, ".local", "bin"), path.join(home, ".cargo", "bin")];
  return findOnPath("uv", { PATH: PATH.join(path.delimiter) })[0];
}

/** Those of the environment, as `pip config list` prints them. */
export function pipVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => {
    const [, setting] = /^PIP_(\w+)$/.exec(name) ?? [];
    const isSetting = setting !== undefined && setting !== "CONFIG_FILE";
    return isSetting ? [`:env:.${setting.toLowerCase().replaceAll("_", "-")}='${value}'`] : [];
  });
}

/** @param lines - What `pip config list` prints: `global.index-url='https://…'`. */
export function readPipSettings(lines: readonly string[]): PipSettings {
  const found = lines.flatMap((line) => {
    const [, section, name = "", value = ""] = /^(:env:|[\w-]+)\.([\w-]+)=['"](.*)['"]$/.exec(line.trim()) ?? [];
    return section === undefined ? [] : [{ section, name, value: value.replaceAll("\\n", " ") }];
  });
  // As pip ranks them: a command's own before those of all commands, the environment before both.
  const rank = ["global", "install", ":env:"];
  const ranked = found
    .filter(({ section }) => rank.includes(section))
    .sort((left, right) => rank.indexOf(left.section) - rank.indexOf(right.section));
  return new Map(ranked.map(({ name, value }) => [name, value.trim()]));
}

/** pip's settings as variables for uv; undefined where one of them means nothing to it. */
export function uvVariables(settings: PipSettings): Record<string, string> | undefined {
  const variables: Record<string, string> = {};
  for (const [name, value] of settings) {
    const variable = AS_UV_HAS_IT[name];
    if (variable !== undefined) variables[variable] = BY_COMMAS.has(variable) ? value.split(/\s+/).join(",") : value;
    else if (!WITHOUT_EFFECT.test(name)) return undefined;
  }
  return variables;
}
