// Fetches dill, the one Python package that the app ships: with the user's own pip, from the index configured there;
// checked against a pinned hash, and stored in .runtime/, never in git.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import yauzl from "yauzl";

const run = promisify(execFile);
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const DILL_VERSION = "0.4.1";
const DILL_SHA256 = "1e1ce33e978ae97fcfcff5638477032b801c46c7c65cf717f95fbc2248f79a9d";
const WHEEL = `dill-${DILL_VERSION}-py3-none-any.whl`;
const cached = path.join(root, ".runtime", "wheels", WHEEL);

/** Unpacks the wheel into `folder`, without dill's own tests, which are half of it. */
export async function unpackDill(folder) {
  const wheel = await dillWheel();
  const stamp = path.join(folder, `.dill-${DILL_SHA256.slice(0, 12)}`);
  if (existsSync(stamp)) return;
  await rm(folder, { recursive: true, force: true });
  await unzip(
    wheel,
    folder,
    (name) => name.startsWith("dill") && !name.startsWith("dill/tests/") && !name.includes(".data/"),
  );
  await writeFile(stamp, "");
}

/** The path of the wheel; fetches it if `.runtime/` does not have it. */
async function dillWheel() {
  if (existsSync(cached) && (await hashOf(cached)) === DILL_SHA256) return cached;
  const folder = await mkdtemp(path.join(tmpdir(), "same-kit-dill-"));
  try {
    const file = process.env.SAME_KIT_DILL_WHEEL ?? (await download(folder));
    if ((await hashOf(file)) !== DILL_SHA256)
      throw new Error(`${file} is not ${WHEEL}: its SHA-256 differs from the pinned one.`);
    await mkdir(path.dirname(cached), { recursive: true });
    const part = `${cached}.${process.pid}`;
    await copyFile(file, part);
    await rename(part, cached); // Atomic, so that two builds at once cannot leave a partial file.
    return cached;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(folder) {
  const requirements = path.join(folder, "requirements.txt");
  await writeFile(requirements, `dill==${DILL_VERSION} --hash=sha256:${DILL_SHA256}\n`);
  const pipArgs = ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  const args = ["-m", "pip", ...pipArgs, "--require-hashes", "-r", requirements, "-d", folder];
  const failures = [];
  for (const python of await pythons()) {
    for (const prepare of [async () => python, () => temporaryEnvironment(python, folder)]) {
      try {
        await run(await prepare(), args, { timeout: 180_000 });
        return path.join(folder, WHEEL);
      } catch (error) {
        failures.push(`${python}: ${lastLine(error)}`);
      }
    }
  }
  throw new Error(noDillText(failures));
}

/** A Python without pip may still be able to create an environment with it. */
async function temporaryEnvironment(python, folder) {
  const environment = path.join(folder, "env");
  await run(python, ["-m", "venv", "--clear", environment], { timeout: 120_000 });
  return path.join(environment, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
}

async function pythons() {
  const wanted = process.env.SAME_PYTHON;
  const onPath = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10", "python3.9"];
  const managed = path.join(process.env.PYENV_ROOT ?? path.join(homedir(), ".pyenv"), "versions");
  const versions = existsSync(managed) ? (await readdir(managed)).filter((it) => it.startsWith("3.")).reverse() : [];
  const candidates = [
    wanted,
    ...onPath,
    "/usr/bin/python3",
    ...versions.map((it) => path.join(managed, it, "bin/python3")),
  ];
  return candidates.filter((it) => typeof it === "string" && it !== "");
}

function noDillText(failures) {
  const tried = [...new Set(failures)].map((it) => `  ${it}`).join("\n");
  return `${WHEEL} could not be fetched: no Python here has a working pip.\n${tried}\nInstall pip or venv (Debian: apt install python3-venv), or name the file yourself: SAME_KIT_DILL_WHEEL=/path/to/${WHEEL}`;
}

function lastLine(error) {
  const text = String(error.stderr || error.message).trim();
  return text.split("\n").at(-1);
}

async function hashOf(file) {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

/** Unpacks the entries that `isWanted` accepts; yauzl refuses names that would leave the folder. */
function unzip(archive, folder, isWanted) {
  return new Promise((resolve, reject) => {
    yauzl.open(archive, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on("error", reject).on("end", resolve);
      zip.on("entry", (entry) => {
        writeEntry(zip, entry, folder, isWanted).then(() => zip.readEntry(), reject);
      });
      zip.readEntry();
    });
  });
}

async function writeEntry(zip, entry, folder, isWanted) {
  if (entry.fileName.endsWith("/") || !isWanted(entry.fileName)) return;
  const target = path.join(folder, entry.fileName);
  await mkdir(path.dirname(target), { recursive: true });
  const stream = await promisify(zip.openReadStream.bind(zip))(entry);
  await pipeline(stream, createWriteStream(target));
}
