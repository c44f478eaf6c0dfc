import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { createLsofPeerFinder } from "../../../shared/src/peers/find-peers-with-lsof.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

/** A program that prints recorded output of lsof, records its arguments, and exits like lsof. */
async function makeLsof(lines: readonly string[], exitCode: number): Promise<string> {
  const file = path.join(await makeTempDir(), "lsof");
  await writeFile(
    file,
    `#!/bin/sh\nprintf '%s ' "$@" >"$0.args"\ncat <<'END'\n${lines.join("\n")}\nEND\nexit ${exitCode}\n`,
  );
  await chmod(file, 0o755);
  return file;
}

const OUTPUT = [
  "p4711",
  "u501",
  "f21",
  "n127.0.0.1:54321->127.0.0.1:7071",
  "f22",
  "n[::1]:54322->[::1]:7071",
  "p4712",
  "u502",
  "f3",
  "n*:7071",
  "n[::ffff:127.0.0.1]:54323->[::ffff:127.0.0.1]:7071",
];

const ipv4 = (remotePort: number) => ({
  localAddress: "127.0.0.1",
  localPort: 7071,
  remoteAddress: "127.0.0.1",
  remotePort,
});

test.each([0, 1])(
  "the user of each connection is parsed from the output of lsof, even if it exits with %i",
  async (code) => {
    const find = createLsofPeerFinder(501, await makeLsof(OUTPUT, code));
    const connections = [
      ipv4(54_321),
      { localAddress: "::1", localPort: 7071, remoteAddress: "::1", remotePort: 54_322 },
      ipv4(54_323),
      ipv4(54_324),
    ];
    const found = await find(connections);
    expect(connections.map((it) => found.get(it))).toEqual([
      { kind: "user", uid: 501 },
      { kind: "user", uid: 501 },
      { kind: "user", uid: 502 },
      undefined,
    ]);
  },
);

test("lsof is called for the connections of one user, or of everyone, to the relevant ports", async () => {
  const lsof = await makeLsof([], 1);
  const other = { ...ipv4(54_322), localPort: 7072 };
  await createLsofPeerFinder(501, lsof)([ipv4(54_321), other]);
  expect(await readFile(`${lsof}.args`, "utf8")).toBe("-nPw -a -u 501 -iTCP:7071,7072 -Fun ");
  await createLsofPeerFinder(null, lsof)([ipv4(54_321)]);
  expect(await readFile(`${lsof}.args`, "utf8")).toBe("-nPw -iTCP:7071 -Fun ");
});

test("a failure of lsof is an error", async () => {
  const find = createLsofPeerFinder(501, await makeLsof([], 3));
  await expect(find([ipv4(54_321)])).rejects.toThrow();
});
