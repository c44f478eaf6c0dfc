import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { AzuriteHubReader } from "./read-azurite.ts";
import { problemsOf } from "./read-hub.ts";

const ATTEMPTS = 40;
const PAUSE_MS = 50;

/** Fails with the problems in the hub. Rows that are written while they are read are read again. */
export async function expectReadable(reader: AzuriteHubReader): Promise<void> {
  let problems: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { contents, seen } = await reader.readChanged();
    problems = await problemsOf(contents);
    if (problems.length === 0) return seen();
    await delay(PAUSE_MS);
  }
  expect(problems).toEqual([]);
}
