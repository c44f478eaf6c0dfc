import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  describeKept,
  effectiveChoices,
  keepKey,
  mergeChoices,
  NO_CHOICES,
  requireFiles,
} from "../../../toolkit/src/deployment/choices.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const nothing = { subscription: null, variables: {}, variableFiles: null };
const first = { ...nothing, subscription: "one", variables: { location: "northeurope", plan: "premium" } };

test("a call without choices keeps the previous ones", () => {
  const before = mergeChoices(NO_CHOICES, first);
  expect(mergeChoices(before, nothing)).toEqual(before);
  expect(before).toEqual({ ...first, variableFiles: [], olderVariables: {} });
});

test("new choices replace individual variables", () => {
  const now = { ...nothing, variables: { plan: "flex" } };
  const merged = mergeChoices(mergeChoices(NO_CHOICES, first), now);
  expect(merged.variables).toEqual({ location: "northeurope", plan: "flex" });
  expect(merged.subscription).toBe("one");
});

test("files override earlier choices, and replace earlier files", () => {
  const withFile = mergeChoices(mergeChoices(NO_CHOICES, first), { ...nothing, variableFiles: ["/a.tfvars"] });
  expect(withFile).toMatchObject({ variables: {}, olderVariables: first.variables, variableFiles: ["/a.tfvars"] });
  const after = mergeChoices(withFile, { ...nothing, variables: { plan: "flex" } });
  expect(after).toMatchObject({ variables: { plan: "flex" }, olderVariables: first.variables });
  const other = mergeChoices(after, { ...nothing, variableFiles: ["/b.tfvars"] });
  expect(other).toMatchObject({ variableFiles: ["/b.tfvars"], variables: {} });
  expect(other.olderVariables).toEqual({ location: "northeurope", plan: "flex" });
  const without = mergeChoices(other, { ...nothing, variableFiles: [] });
  expect(without).toEqual({ ...other, variableFiles: [] });
});

test("a rotated key is kept when its variable is reset, as no earlier key exists", () => {
  const rotated = mergeChoices(NO_CHOICES, {
    ...nothing,
    variables: { access_key_generation: "2026-11-25T09:00:00Z" },
  });
  const now = { ...nothing, variables: keepKey({ access_key_generation: null, plan: null }) };
  expect(mergeChoices(rotated, now).variables).toEqual({ access_key_generation: "2026-11-25T09:00:00Z", plan: null });
  expect(keepKey({ access_key_generation: "2" })).toEqual({ access_key_generation: "2" });
});

test("inherited choices are reported by name, never by value", () => {
  const secret = { app_settings: { TOKEN: "hidden" } };
  const before = mergeChoices(NO_CHOICES, { ...first, variables: { ...first.variables, ...secret } });
  const text = describeKept(before, { ...nothing, variables: { plan: "flex" } });
  expect(text).toMatch(/^As this environment was deployed before: location, app_settings\./);
  expect(text).not.toContain("hidden");
  expect(describeKept(before, { ...before })).toBeNull();
  expect(describeKept({ ...NO_CHOICES, variableFiles: ["/a.tfvars"] }, nothing)).toContain("/a.tfvars");
});

test("a missing file is reported, as its values would be lost", async () => {
  const file = path.join(await makeTempDir(), "prod.tfvars");
  const choices = { ...NO_CHOICES, variableFiles: [file] };
  expect(() => requireFiles(choices)).toThrow(
    expect.objectContaining({ code: "ERR_VARIABLE_FILE", message: expect.stringContaining(file) }),
  );
  await writeFile(file, "");
  expect(requireFiles(choices)).toBe(choices);
});

test("older values only apply if no file sets them", async () => {
  const file = path.join(await makeTempDir(), "lab.tfvars");
  await writeFile(file, 'plan = "flex"\n');
  const choices = mergeChoices(mergeChoices(NO_CHOICES, first), { ...nothing, variableFiles: [file] });
  expect((await effectiveChoices(choices)).olderVariables).toEqual({ location: "northeurope" });
});
