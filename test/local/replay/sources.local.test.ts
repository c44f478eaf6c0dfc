// An app compiled from TypeScript: reports refer to the file that its author wrote.

import { transform } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { startLocalApp } from "../../../local/src/testing/index.ts";
import { writeApp } from "../../helpers/function-app.ts";

const sourceOf = (activity: string) => `import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";

type Greeting = { name: string };

const greet = df.app.activity("${activity}", { handler: (name: string): string => name });

df.app.orchestration("hello", function* (context: OrchestrationContext) {
  const greeting: Greeting = { name: "a" };
  yield greet(greeting.name);
});
`;

async function start(activity: string) {
  const options = { loader: "ts", format: "cjs", sourcemap: "inline", sourcefile: "src/hello.ts" } as const;
  const { code } = await transform(sourceOf(activity), options);
  const app = await startLocalApp(await writeApp({ "main.js": code }));
  onTestFinished(() => app.stop());
  return app;
}

test("the line refers to the source, even for a function called by the result of its registration", async () => {
  const before = await start("greet");
  const id = await before.client.start("hello");
  await before.client.wait(id);
  const history = await before.client.history(id);
  const { divergence } = await (await start("salute")).replay(history);
  expect(divergence?.source).toMatch(/^src\/hello\.ts:10:\d+$/);
});
