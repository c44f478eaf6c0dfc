import { chmod } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findUv, pipVariables, readPipSettings, uvVariables } from "../../../functions-app/src/python/installer.ts";
import { makeTempDirWith } from "../../helpers/temp-dir.ts";

test("pip's settings are passed to uv, with the environment before files and commands before global settings", () => {
  const settings = readPipSettings([
    ":env:.index-url='https://env/simple'",
    "global.index-url='https://file/simple'",
    "install.find-links='/a /b'",
    "global.find-links='/c'",
    "freeze.timeout='10'",
    "global.disable-pip-version-check='true'",
    "global.cert='/etc/ca.crt'",
  ]);
  expect(uvVariables(settings)).toEqual({
    UV_DEFAULT_INDEX: "https://env/simple",
    UV_FIND_LINKS: "/a,/b",
    SSL_CERT_FILE: "/etc/ca.crt",
  });
});

test("with a setting that uv does not support, pip does the installation", () => {
  expect(uvVariables(readPipSettings(["global.constraint='/etc/pins.txt'"]))).toBeUndefined();
});

test("settings are read from variables if pip cannot be asked", () => {
  const lines = pipVariables({ PIP_EXTRA_INDEX_URL: "https://x/simple", PIP_CONFIG_FILE: "/x", HOME: "/root" });
  expect(uvVariables(readPipSettings(lines))).toEqual({ UV_INDEX: "https://x/simple" });
});

test("uv is searched on PATH, then where its own installer puts it", async () => {
  const home = await makeTempDirWith({ ".local/bin/uv": "#!/bin/sh\n", "bin/uv": "#!/bin/sh\n" });
  const own = path.join(home, ".local/bin/uv");
  await chmod(own, 0o755);
  await chmod(path.join(home, "bin/uv"), 0o755);
  expect(findUv({ HOME: home, PATH: "" })).toBe(own);
  expect(findUv({ HOME: home, PATH: path.join(home, "bin") })).toBe(path.join(home, "bin/uv"));
  expect(findUv({ HOME: path.join(home, "bin"), PATH: "" })).toBeUndefined();
});
