import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { fromUrlSafeBase64 } from "../../../functions-app/src/contract/base64.ts";
import { parseSessionDescription, type SessionDescription } from "../../../functions-app/src/contract/session-parts.ts";
import { listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner, type StepRunnerOptions, variablesOf } from "../../helpers/step-runner.ts";

const pythons = await listTestPythons();
const python = pythons.at(-1)?.executable as string;
const start = (options: Partial<StepRunnerOptions> = {}) => StepRunner.start({ python, ...options });

/** The components of the run's latest session. */
async function described(runner: StepRunner): Promise<SessionDescription> {
  if (runner.session === undefined) throw new Error("No step has left a session.");
  return parseSessionDescription(await runner.blobs.load("run-1", runner.session.blob));
}

/** The files of the run in a lasting folder, by name; the inode of a rewritten file differs. */
async function filesOf(runner: StepRunner): Promise<Record<string, number>> {
  const folder = path.join(runner.sessionsDir, "run-1");
  const names = (await readdir(folder).catch(() => [])).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await stat(path.join(folder, name))).ino])),
  );
}

const BYTES = [
  "big = bytes(range(256)) * 4_000",
  "same, inside = big, {'deep': [big]}",
  "changing = bytearray(big)",
  "class Held:\n    def __init__(self, data): self.data = data\nheld = Held(changing)",
  "small = b'x' * 10",
].join("\n");

describe.each(pythons)("Python $version", ({ executable }) => {
  test("large values travel outside the pickle, and keep their identity", async () => {
    const runner = await start({ python: executable, isLasting: true });
    await runner.complete(BYTES, { isLast: false });
    const { parts, pickle } = await described(runner);
    // The same content as bytes and as bytearray.
    expect(parts.map(({ sizeBytes }) => sizeBytes)).toEqual([1_024_000]);
    expect("base64" in pickle && pickle.base64.length).toBeLessThan(20_000);
    await runner.complete("changing[0] = 7\nchanging.append(1)", { isLast: false });
    const seen = await runner.complete(
      "checks = [same is big, inside['deep'][0] is big, held.data is changing, changing[0] == 7, len(changing) - len(big) == 1, big[0] == 0, type(big), type(changing)]",
    );
    expect(variablesOf(seen)["checks"]).toBe(
      "[True, True, True, True, True, True, <class 'bytes'>, <class 'bytearray'>]",
    );
  });
});

test("unchanged values are neither written nor sent again", async () => {
  const lasting = await start({ isLasting: true });
  const sent = await start();
  for (const runner of [lasting, sent]) await runner.complete(BYTES, { isLast: false });
  const [before, first] = [await filesOf(lasting), [...sent.blobs.savedParts]];
  for (const runner of [lasting, sent]) await runner.complete("more = 1", { isLast: false });
  expect(await filesOf(lasting)).toEqual(before);
  expect(sent.blobs.savedParts).toEqual(first);
  expect(lasting.blobs.savedParts).toEqual([]);
});

test("a step finds its variables on another machine", async () => {
  const runner = await start();
  await runner.complete(BYTES, { isLast: false });
  await rm(runner.sessionsDir, { recursive: true });
  await mkdir(runner.sessionsDir);
  expect(variablesOf(await runner.complete("length = len(big)"))["length"]).toBe("1024000");
});

test("a missing part fails the step before its code runs", async () => {
  const runner = await start({ isLasting: true });
  await runner.complete(BYTES, { isLast: false });
  await rm(path.join(runner.sessionsDir, "run-1"), { recursive: true });
  await expect(runner.run("1")).rejects.toThrow(/^A part of the session is gone: /);
});

test("a step that is killed at its end can start again from its original state", async () => {
  const runner = await start({ isLasting: true });
  await runner.complete(BYTES, { isLast: false });
  const kill = "changing[0] = 9\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)";
  expect(await runner.fail(kill, { isLast: false })).toMatchObject({ type: "ProcessCrash" });
  expect(variablesOf(await runner.complete("first = changing[0]"))["first"]).toBe("0");
});

test("a session in the format of earlier versions can be read", async () => {
  const runner = await start();
  const { session_context = "", python: wrote } = await runner.complete("x = [1, 2]\ndef twice(n): return 2 * n");
  const blob = await runner.blobs.save("run-1", "session", fromUrlSafeBase64(session_context) as Buffer);
  runner.session = { blob, python: wrote };
  expect(variablesOf(await runner.complete("y = twice(x[1])"))["y"]).toBe("4");
});

test("a result that is too large to be inline is stored in parts", async () => {
  const runner = await start({ limits: { inlineSessionBytes: 100_000 } });
  await runner.complete(BYTES, { isLast: false });
  const result = await runner.complete("done = True");
  expect(result).toMatchObject({ leavesParts: true, session: { name: expect.stringContaining("run-1/parts-") } });
  expect(result.session_context).toBeUndefined();
  expect((await described(runner)).sizeBytes).toBeGreaterThan(1_024_000);
});

test("the same content has the same hash in every run", async () => {
  const hashes = [BYTES, BYTES, `${BYTES}\nsmall = b'y'`].map(async (code) => {
    const runner = await start();
    await runner.complete(code, { isLast: false, name: "one" });
    return (await described(runner)).contentSha256;
  });
  const [first, second, other] = await Promise.all(hashes);
  expect(second).toBe(first);
  expect(other).not.toBe(first);
});

test("a session over the limit is rejected before it is written, with its largest variables and the setting", async () => {
  const runner = await start({ isLasting: true, limits: { sessionBytes: 1_000_000 } });
  const failure = await runner.fail(BYTES, { isLast: false });
  expect(failure.message).toMatch(
    /at least 2\.0 MB, more than the limit of 1\.0 MB \(app setting SAME_MAX_SESSION_BYTES\)/,
  );
  expect(failure.message).toMatch(/The largest: \w+ \(\w+\): 1\.0 MB; /);
  expect(await filesOf(runner)).toEqual({});
});
