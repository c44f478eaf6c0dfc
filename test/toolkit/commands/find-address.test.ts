import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type AddressOptions, findAddress } from "../../../toolkit/src/commands/find-address.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const NOTHING: AddressOptions = {
  "host-name": undefined,
  "use-http": false,
  key: undefined,
  env: undefined,
  "state-dir": undefined,
};

/** A folder that environments were deployed from. */
async function deployed(...environments: string[]): Promise<string> {
  const cwd = await makeTempDir();
  for (const name of environments) {
    const dir = path.join(cwd, ".same-kit", "env", name);
    await mkdir(dir, { recursive: true });
    await writeFile(path.join(dir, "outputs.json"), JSON.stringify({ hostName: `${name}.example`, accessKey: name }));
  }
  return cwd;
}

test("by default the address is that of the default environment, with its key", async () => {
  const cwd = await deployed("dev", "prod");
  expect(await findAddress(NOTHING, {}, cwd)).toEqual({ url: "https://dev.example", accessKey: "dev" });
  const prod = { ...NOTHING, env: "prod", key: "other" };
  expect(await findAddress(prod, {}, cwd)).toEqual({ url: "https://prod.example", accessKey: "other" });
});

test("a flag overrides the variable of the other option", async () => {
  const cwd = await deployed("dev");
  const both = { ...NOTHING, "host-name": "same:k@app.example", env: "dev" };
  const urlFor = async (given: Record<string, string>) => (await findAddress(both, given, cwd)).url;
  expect(await urlFor({ env: "dev" })).toBe("https://dev.example");
  expect(await urlFor({ "host-name": "same:k@app.example" })).toBe("https://app.example");
  expect(await urlFor({ env: "dev", "host-name": "same:k@app.example" })).toBe("https://app.example");
  expect(await urlFor({})).toBe("https://app.example");
});

test("without an address and a deployment the call is a usage error, and creates no folder", async () => {
  const cwd = await deployed();
  await expect(findAddress(NOTHING, {}, cwd)).rejects.toMatchObject({ code: "ERR_USAGE", exitCode: 2 });
  await expect(findAddress({ ...NOTHING, env: "prod" }, { env: "prod" }, cwd)).rejects.toMatchObject({
    code: "ERR_NOT_DEPLOYED",
  });
  expect(await readdir(cwd)).toEqual([]);
});
