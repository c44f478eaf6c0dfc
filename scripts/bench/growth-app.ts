import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";

const MAIN = `
const df = require("durable-functions");
let times = [];
df.app.activity("echo", { handler: (value) => { times.push(performance.now()); return value; } });
df.app.activity("plain", { handler: (value) => value });
df.app.activity("times", { handler: () => { const taken = times; times = []; return taken; } });
df.app.entity("tally", ({ df: entity }) => entity.setState((entity.getState() ?? 0) + 1));
df.app.orchestration("chain", function* (context) {
  for (let i = 0; i < context.df.getInput(); i += 1) yield context.df.callActivity("echo", i);
  return yield context.df.callActivity("times");
});
df.app.orchestration("burst", function* (context) {
  for (let i = 0; i < context.df.getInput(); i += 1) yield context.df.callActivity("plain", i);
});
df.app.orchestration("fanOut", function* (context) {
  yield context.df.Task.all(Array.from({ length: context.df.getInput() }, (_, i) => context.df.callActivity("echo", i)));
  return yield context.df.callActivity("times");
});
`;

/**
 * An app whose orchestrations report when each of their activities ran. Placed where it finds the packages that it
 * needs.
 */
export async function writeGrowthApp(): Promise<string> {
  const folder = path.join(packageRoot(), "dist", "bench", "growth-app");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "growth", main: "main.js" }));
  await writeFile(path.join(folder, "host.json"), JSON.stringify({ version: "2.0" }));
  await writeFile(path.join(folder, "main.js"), MAIN);
  return folder;
}
