import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { BlobReference } from "../../../functions-app/src/contract/blob-reference.ts";
import type { RunFile } from "../../../functions-app/src/contract/run-files.ts";
import {
  NO_FILES,
  readManifest,
  type StoredFiles,
  writeManifest,
} from "../../../functions-app/src/steps/stored-manifest.ts";
import { Workspace } from "../../../functions-app/src/steps/workspace.ts";
import { MemoryBlobs } from "../../helpers/memory-blobs.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

const LIMITS = { files: 100, workspaceBytes: 10_000 };

type Step = (folder: string) => Promise<unknown>;

/** Runs steps one after another, each in its own folder, as if on different machines. */
class Run {
  readonly blobs = new MemoryBlobs();
  manifest: BlobReference | undefined;
  #count = 0;

  async step(work: Step, options: { own?: Record<string, string>; limits?: Partial<typeof LIMITS> } = {}) {
    const folder = await makeTempDir();
    const limits = { ...LIMITS, ...options.limits };
    const workspace = new Workspace({ folder, instanceId: "run-1", blobs: this.blobs, limits });
    const own = Object.entries(options.own ?? {});
    const write = async () => {
      for (const [name, content] of own) await writeFile(path.join(folder, name), content);
    };
    await workspace.begin(
      await this.stored(),
      this.manifest,
      own.map(([name]) => name),
      write,
    );
    await work(folder);
    this.manifest = await workspace.save(`step_${this.#count++}`);
    return workspace;
  }

  /** Sends files with small contents, as a client does before the first step. */
  async send(contents: Record<string, string>) {
    const inline = new Map(Object.values(contents).map((text) => [hashOf(text), Buffer.from(text)]));
    const files = Object.entries(contents).map(
      ([at, text]): RunFile => ({
        kind: "file",
        path: at,
        sha256: hashOf(text),
        sizeBytes: text.length,
        modifiedMs: 0,
      }),
    );
    this.manifest = await this.blobs.save("run-1", "files", writeManifest({ files, inline }));
  }

  async stored(): Promise<StoredFiles> {
    if (this.manifest === undefined) return NO_FILES;
    return readManifest(await this.blobs.load("run-1", this.manifest)) as StoredFiles;
  }

  async files(): Promise<readonly RunFile[]> {
    return (await this.stored()).files;
  }

  /** The contents in the manifest. */
  async inline(): Promise<string[]> {
    return [...(await this.stored()).inline.values()].map(String);
  }

  async summary(): Promise<Record<string, string | undefined>> {
    return Object.fromEntries((await this.files()).map(({ path: at, step }) => [at, step]));
  }
}

const write =
  (files: Record<string, string>): Step =>
  async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
  };
const nothing: Step = async () => {};

test("a file that a step writes exists in the next one, including in subfolders", async () => {
  const run = new Run();
  await run.step(write({ "a.txt": "A", "deep/er/b.txt": "B" }));
  await run.step(async (folder) => {
    expect(await readFile(path.join(folder, "a.txt"), "utf8")).toBe("A");
    expect(await readFile(path.join(folder, "deep/er/b.txt"), "utf8")).toBe("B");
  });
  expect(await run.summary()).toEqual({ "a.txt": "step_0", "deep/er/b.txt": "step_0" });
});

test("only files added or changed by a step are stored after it, and an unchanged workspace keeps its manifest", async () => {
  const run = new Run();
  await run.step(write({ "a.txt": "A", "b.txt": "B" }));
  const before = run.manifest;
  await run.step(nothing);
  expect([run.manifest, run.blobs.savedFiles.length]).toEqual([before, 2]);
  await run.step(write({ "b.txt": "changed", "copy.txt": "A" }));
  expect(run.blobs.savedFiles).toHaveLength(3);
  expect(await run.summary()).toEqual({ "a.txt": "step_0", "b.txt": "step_2", "copy.txt": "step_2" });
});

test("a file that a step deletes stays deleted", async () => {
  const run = new Run();
  await run.step(write({ "a.txt": "A", "b.txt": "B" }));
  await run.step((folder) => rm(path.join(folder, "a.txt")));
  expect(await run.summary()).toEqual({ "b.txt": "step_0" });
  await run.step((folder) => rm(path.join(folder, "b.txt")));
  expect(run.manifest).toBeUndefined();
});

test("a file that is rewritten with the same content counts as unchanged", async () => {
  const run = new Run();
  await run.step(write({ "a.txt": "A" }));
  await run.step(write({ "a.txt": "A" }));
  expect(await run.summary()).toEqual({ "a.txt": "step_0" });
});

test("a change is detected even if size and time stay the same", async () => {
  const run = new Run();
  await run.step(write({ "a.txt": "A" }));
  await run.step(async (folder) => {
    const file = path.join(folder, "a.txt");
    const { atime, mtime } = await stat(file);
    await writeFile(file, "B");
    await utimes(file, atime, mtime);
  });
  expect(await run.summary()).toEqual({ "a.txt": "step_1" });
});

test("the executable bit, modification times, empty folders and internal links are kept", async () => {
  const run = new Run();
  await run.step(async (folder) => {
    await write({ "bin/tool": "#!/bin/sh" })(folder);
    await chmod(path.join(folder, "bin/tool"), 0o700);
    await utimes(path.join(folder, "bin/tool"), 1_000_000, 1_000_000);
    await mkdir(path.join(folder, "empty"));
    await symlink("bin/tool", path.join(folder, "link"));
  });
  await run.step(async (folder) => {
    const { mode, mtimeMs } = await stat(path.join(folder, "link"));
    expect([mode & 0o111, mtimeMs]).toEqual([0o111, 1_000_000_000]);
    expect((await stat(path.join(folder, "empty"))).isDirectory()).toBe(true);
  });
});

test("external links and special files are left out, with a warning", async () => {
  const run = new Run();
  const workspace = await run.step(async (folder) => {
    await symlink("/etc/passwd", path.join(folder, "absolute"));
    await symlink("../../outside", path.join(folder, "up"));
    await new Promise<void>((resolve) => {
      const server = createServer().listen(path.join(folder, "socket"), resolve);
      onTestFinished(() => void server.close());
    });
    await write({ "back\\slash": "", "a.txt": "A" })(folder);
  });
  expect(await run.summary()).toEqual({ "a.txt": "step_0" });
  for (const name of ["absolute", "up", "socket", "back\\slash"]) expect(workspace.warnings.join()).toContain(name);
});

test("bytecode that Python writes beside modules is left out", async () => {
  const run = new Run();
  await run.step(write({ "module.py": "", "__pycache__/module.cpython-312.pyc": "" }));
  expect(await run.summary()).toEqual({ "module.py": "step_0" });
});

test("the sources of a step are not files of the run unless the step changes them", async () => {
  const run = new Run();
  await run.step(write({ "a.txt": "A" }), { own: { "same.yaml": "x" } });
  expect(await run.summary()).toEqual({ "a.txt": "step_0" });
  await run.step(write({ "same.yaml": "mine" }), { own: { "same.yaml": "x" } });
  expect(await run.summary()).toEqual({ "a.txt": "step_0", "same.yaml": "step_1" });
});

test("a client's own file with the name of a source is kept beside it", async () => {
  const run = new Run();
  await run.step(write({ "same.yaml": "theirs" }));
  await run.step(async (folder) => expect(await readFile(path.join(folder, "same.yaml"), "utf8")).toBe("compiled"), {
    own: { "same.yaml": "compiled" },
  });
  await run.step(async (folder) => expect(await readFile(path.join(folder, "same.yaml"), "utf8")).toBe("theirs"));
});

test.each([
  ["too many files", { files: 2 }, "SAME_MAX_FILES"],
  ["too many bytes", { workspaceBytes: 3 }, "SAME_MAX_WORKSPACE_BYTES"],
])("%s fail the step with an error that includes the setting", async (_, limits, setting) => {
  const step = new Run().step(write({ a: "aa", b: "bb", c: "cc", d: "dd" }), { limits });
  await expect(step).rejects.toMatchObject({
    failure: { type: "WorkspaceTooLarge", message: expect.stringContaining(setting) },
  });
});

test("small contents that the client sent stay in the manifests and are never stored as blobs", async () => {
  const run = new Run();
  await run.send({ "a.txt": "A", "b.txt": "B" });
  const sent = run.manifest;
  await run.step(async (folder) => expect(await readFile(path.join(folder, "a.txt"), "utf8")).toBe("A"));
  expect(run.manifest).toEqual(sent);
  await run.step(write({ "c.txt": "C" }));
  expect(await run.inline()).toEqual(["A", "B"]);
  await run.step(async (folder) => {
    const texts = ["a.txt", "b.txt", "c.txt"].map((name) => readFile(path.join(folder, name), "utf8"));
    expect(await Promise.all(texts)).toEqual(["A", "B", "C"]);
  });
  expect(run.blobs.savedFiles).toEqual([hashOf("C")]);
});

test("a content is removed from the manifest with its last file", async () => {
  const run = new Run();
  await run.send({ "a.txt": "A", "b.txt": "B" });
  await run.step((folder) => rm(path.join(folder, "a.txt")));
  expect(await run.inline()).toEqual(["B"]);
  await run.step(write({ "b.txt": "changed" }));
  expect(await run.inline()).toEqual([]);
  await run.step(write({ "again.txt": "A" }));
  expect(run.blobs.savedFiles).toEqual([hashOf("changed"), hashOf("A")]);
});

test.each([
  ["copies", (folder: string) => writeFile(path.join(folder, "copy.txt"), "A")],
  ["makes executable", (folder: string) => chmod(path.join(folder, "a.txt"), 0o755)],
])("a file that a step %s gets a blob, even if the content was in the manifest", async (_, work) => {
  const run = new Run();
  await run.send({ "a.txt": "A" });
  await run.step(work);
  expect([await run.inline(), run.blobs.savedFiles]).toEqual([[], [hashOf("A")]]);
  await run.step(async (folder) => expect(await readFile(path.join(folder, "a.txt"), "utf8")).toBe("A"));
});
