const { app } = require("@azure/functions");
const df = require("durable-functions");

const DAY_MS = 24 * 60 * 60 * 1000;
const APPROVAL_FROM = 100;

// Charges the card, waits up to 30 days for an approval if the order is large, and ships.
df.app.orchestration("order", function* (context) {
  const order = context.df.getInput();
  const retry = new df.RetryOptions(60_000, 3); // One minute between attempts, three attempts in total.
  const receipt = yield context.df.callActivityWithRetry("charge", retry, order);
  if (order.total >= APPROVAL_FROM) {
    const deadline = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 30 * DAY_MS));
    const approval = context.df.waitForExternalEvent("Approval");
    const winner = yield context.df.Task.any([approval, deadline]);
    if (winner === deadline) return { status: "expired", receipt };
    deadline.cancel();
  }
  const tracking = yield context.df.callActivity("ship", order.item);
  return { status: "shipped", receipt, tracking };
});

df.app.activity("charge", {
  handler: ({ item, total }) => `${item}: ${total}`, // A real one calls the payment service.
});
df.app.activity("ship", {
  handler: (item) => `parcel with ${item}`,
});

app.http("placeOrder", {
  methods: ["POST"],
  route: "orders",
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const instanceId = await client.startNew("order", { input: await request.json() });
    return client.createCheckStatusResponse(request, instanceId);
  },
});
