const assert = require("node:assert/strict");
const { after, afterEach, before, test } = require("node:test");
const { startLocalApp } = require("same-kit/testing");

let app;
before(async () => {
  app = await startLocalApp(".");
});
afterEach(() => app.restoreMocks());
after(() => app.stop());

test("a small order is shipped at once", async () => {
  const output = await app.client.run("order", { item: "pen", total: 2 });
  assert.deepEqual(output, { status: "shipped", receipt: "pen: 2", tracking: "parcel with pen" });
});

test("a large order waits for its approval", async () => {
  const id = await app.client.start("order", { item: "desk", total: 500 });
  await app.clock.advance("29d");
  await app.client.raise(id, "Approval");
  assert.equal((await app.client.wait(id)).output.status, "shipped");
});

test("without an approval it expires after 30 days", async () => {
  const id = await app.client.start("order", { item: "desk", total: 500 });
  await app.clock.advance("30d");
  assert.equal((await app.client.wait(id)).output.status, "expired");
});

test("a card that is declined once is charged again after a minute", async () => {
  app.failActivity("charge", "card declined");
  const id = await app.client.start("order", { item: "pen", total: 2 });
  await app.clock.advance("59s");
  assert.equal((await app.client.status(id)).status, "Running");
  await app.clock.advance("1s");
  assert.equal((await app.client.wait(id)).status, "Completed");
});

test("what is shipped is what was ordered", async () => {
  const ship = app.mockActivity("ship", () => "T-1");
  const answer = await app.fetch("/api/orders", { method: "POST", body: JSON.stringify({ item: "pen", total: 2 }) });
  const { id } = await answer.json();
  assert.equal((await app.client.wait(id)).output.tracking, "T-1");
  assert.deepEqual(
    ship.calls.map((call) => call.input),
    ["pen"],
  );
});

test("the whole course of an order is as it was reviewed", async () => {
  const id = await app.client.start("order", { item: "desk", total: 500 });
  await app.clock.advance("1d");
  await app.client.raise(id, "Approval", { by: "Ada" });
  const { steps } = await app.snapshot(id);
  assert.deepEqual(steps, [
    { at: "0s", activity: "charge", input: { item: "desk", total: 500 }, result: "desk: 500" },
    { at: "0s", timer: "30d", isCanceled: true },
    { at: "1d", event: "Approval", data: { by: "Ada" } },
    { at: "1d", activity: "ship", input: "desk", result: "parcel with desk" },
  ]);
});
