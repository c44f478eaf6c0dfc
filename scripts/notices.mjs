// The licenses of the bundled packages: most require that their text accompanies every copy.

import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const PACKAGE_OF = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)(?:[-.].*)?$/i;
const RULE = "-".repeat(80);

/**
 * Writes one text with name, version and license of every package that is an input in `metafiles`.
 *
 * @param {string} root - Folder that the inputs' paths are relative to.
 * @param {readonly import("esbuild").Metafile[]} metafiles
 * @param {string} target - File to write.
 * @throws Error for a package with neither a license file nor a `license` in its package.json.
 */
export async function writeNotices(root, metafiles, target) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(inputs.flatMap((input) => PACKAGE_OF.exec(input)?.[1] ?? []));
  const packages = await Promise.all([...folders].map((folder) => readPackage(path.join(root, folder))));
  // Hundreds of packages share a few texts, and the same version may be installed in several places.
  const byText = Map.groupBy(packages, ({ text }) => text);
  const notices = [...byText].map(([text, group]) => {
    const titles = [...new Set(group.map(({ title }) => title))].sort();
    return `${titles.join("\n")}\n\n${text}`;
  });
  await writeFile(target, `same-kit contains these packages.\n\n${notices.sort().join(`\n${RULE}\n\n`)}`);
}

async function readPackage(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).sort();
  if (files.length === 0 && typeof license !== "string") throw new Error(`${name} ${version} names no licence.`);
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
  return {
    title: `${name} ${version}`,
    text: texts.length === 0 ? `Licence: ${license}\n` : `${texts.map((text) => text.trim()).join("\n\n")}\n`,
  };
}
