// The tools that create environments: uv if it is installed, otherwise pip. uv does not read pip's settings, so they are passed to it.

import os from "node:os";
import path from "node:path";
import { findOnPath } from "@same-kit/shared";

export type PipSettings = ReadonlyMap<string, string>;

/** Settings of pip that do not change what is installed. */
const WITHOUT_EFFECT =
  /^(disable-pip-version-check|no-input|progress-bar|quiet|verbose|(default-)?timeout|retries|(no-)?cache-dir|user|break-system-packages|no-warn-script-location|root-user-action|no-color|require-virtualenv|log)$/;

const AS_UV_HAS_IT: Readonly<Record<string, string>> = {
  "index-url": "UV_DEFAULT_INDEX",
  "extra-index-url": "UV_INDEX",
  "find-links": "UV_FIND_LINKS",
  "trusted-host": "UV_INSECURE_HOST",
  cert: "SSL_CERT_FILE",
};
/** uv separates several links with commas, pip with blanks. */
const BY_COMMAS = new Set(["UV_FIND_LINKS"]);

/** Undefined if there is none. */
export function findUv(env: NodeJS.ProcessEnv): string | undefined {
  const home = env["HOME"] ?? os.homedir();
  // Where uv's own installer, and Rust's, put it.
  const PATH = [env["PATH"] ?? "", path.join(home, ".local", "bin"), path.join(home, ".cargo", "bin")];
  return findOnPath("uv", { PATH: PATH.join(path.delimiter) })[0];
}

/** The settings in environment variables, in the format of `pip config list`. */
export function pipVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => {
    const [, setting] = /^PIP_(\w+)$/.exec(name) ?? [];
    const isSetting = setting !== undefined && setting !== "CONFIG_FILE";
    return isSetting ? [`:env:.${setting.toLowerCase().replaceAll("_", "-")}='${value}'`] : [];
  });
}

/** @param lines - The output of `pip config list`: `global.index-url='https://…'`. */
export function readPipSettings(lines: readonly string[]): PipSettings {
  const found = lines.flatMap((line) => {
    const [, section, name = "", value = ""] = /^(:env:|[\w-]+)\.([\w-]+)=['"](.*)['"]$/.exec(line.trim()) ?? [];
    return section === undefined ? [] : [{ section, name, value: value.replaceAll("\\n", " ") }];
  });
  // pip's precedence: a command's own settings before those of all commands, the environment before both.
  const rank = ["global", "install", ":env:"];
  const ranked = found
    .filter(({ section }) => rank.includes(section))
    .sort((left, right) => rank.indexOf(left.section) - rank.indexOf(right.section));
  return new Map(ranked.map(({ name, value }) => [name, value.trim()]));
}

/** pip's settings as variables for uv; undefined if uv has no equivalent for one of them. */
export function uvVariables(settings: PipSettings): Record<string, string> | undefined {
  const variables: Record<string, string> = {};
  for (const [name, value] of settings) {
    const variable = AS_UV_HAS_IT[name];
    if (variable !== undefined) variables[variable] = BY_COMMAS.has(variable) ? value.split(/\s+/).join(",") : value;
    else if (!WITHOUT_EFFECT.test(name)) return undefined;
  }
  return variables;
}
