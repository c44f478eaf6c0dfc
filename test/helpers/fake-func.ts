import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeTempDir } from "./temp-dir.ts";

export type FuncCall = { args: string; stdin: string; cwd: string; files: string[]; env: string[] };

export type FakeFunc = {
  dir: string;
  /** With a PATH on which it is found first. */
  env: Record<string, string>;
  calls(): Promise<FuncCall[]>;
};

/**
 * A `func` that records how it was called, keeps a copy of the folder it was called in, and then runs `script`.
 *
 * @param script - Shell; `$n` counts the calls.
 */
export async function fakeFunc(script: string): Promise<FakeFunc> {
  const dir = await makeTempDir();
  const text = `#!/bin/sh
if [ "$1" = --version ]; then echo 4.14.0; exit 0; fi
n=$(ls "${dir}" | grep -c '^args-')
echo "$*" > "${dir}/args-$n"; cat > "${dir}/stdin-$n"; pwd > "${dir}/cwd-$n"; ls > "${dir}/files-$n"; env > "${dir}/env-$n"
rm -rf "${dir}/copy"; cp -R . "${dir}/copy"
${script}
`;
  await writeFile(path.join(dir, "func"), text, { mode: 0o755 });
  const read = async (name: string) => (await readFile(path.join(dir, name), "utf8")).trimEnd();
  return {
    dir,
    env: { PATH: `${dir}${path.delimiter}${process.env["PATH"]}` },
    async calls() {
      const count = (await readdir(dir)).filter((name) => name.startsWith("args-")).length;
      return Promise.all(
        Array.from({ length: count }, async (_, n) => ({
          args: await read(`args-${n}`),
          stdin: await read(`stdin-${n}`),
          cwd: await read(`cwd-${n}`),
          files: (await read(`files-${n}`)).split("\n"),
          env: (await read(`env-${n}`)).split("\n"),
        })),
      );
    },
  };
}
