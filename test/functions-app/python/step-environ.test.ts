import { expect, test } from "vitest";
import { stepEnviron } from "../../../functions-app/src/python/step-environ.ts";

test("steps do not receive the app's keys, but receive what notebooks need", () => {
  const kept = {
    PATH: "/bin",
    MY_API_KEY: "1",
    IDENTITY_ENDPOINT: "http://x",
    WEBSITE_SITE_NAME: "app",
    PYTHONPATH: "/p",
  };
  const withheld = {
    AzureWebJobsStorage: "1",
    AzureWebJobsStorage__accountName: "1",
    SAME_ACCESS_KEY: "1",
    SAME_KIT_ACCESS_KEY: "1",
    APPLICATIONINSIGHTS_CONNECTION_STRING: "1",
    WEBSITE_AUTH_ENCRYPTION_KEY: "1",
    WEBSITE_CONTENTAZUREFILECONNECTIONSTRING: "1",
    DEPLOYMENT_STORAGE_CONNECTION_STRING: "1",
    NODE_OPTIONS: "--x",
    PYTHONHOME: "/other",
  };
  expect(stepEnviron({ ...kept, ...withheld })).toEqual(kept);
});
