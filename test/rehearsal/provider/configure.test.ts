import { expect, test } from "vitest";
import { configure, validateProvider } from "../../../rehearsal/src/provider/configure.ts";
import { startTestMiniAzure } from "../../helpers/mini-azure.ts";

test("the provider block requires features, and one of the known registrations", () => {
  expect(validateProvider({ features: [{}], resource_provider_registrations: "none" })).toEqual([]);
  expect(validateProvider({ features: [], resource_provider_registrations: "some" })).toMatchObject([
    { summary: expect.stringContaining('["core" "extended" "all" "none" "legacy"], got some') },
    { detail: 'The argument "features" is required, but no definition was found.' },
  ]);
});

test("another subscription is rejected before anything is planned, with azurerm's message", async () => {
  const mini = await startTestMiniAzure();
  const config = {
    subscription_id: "00000000-0000-0000-0000-000000000001",
    resource_providers_to_register: ["Microsoft.Web"],
  };
  await expect(configure(config, mini.env)).rejects.toThrow(
    /^populating Resource Provider cache: listing Resource Providers: loading results: unexpected status 404 .*SubscriptionNotFound/,
  );
});
