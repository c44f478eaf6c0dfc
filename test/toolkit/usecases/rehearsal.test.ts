import { expect, test } from "vitest";
import { withoutAzure } from "../../../toolkit/src/usecases/rehearsal.ts";

test("a rehearsal sees neither a sign-in nor the user's terraform settings, but the same variables as up", () => {
  const kept = { PATH: "/bin", TF_VAR_location: "northeurope", TFLINT: "1" };
  const hidden = {
    ARM_CLIENT_SECRET: "s",
    AZURE_CONFIG_DIR: "/a",
    TF_CLI_CONFIG_FILE: "/rc",
    TF_LOG: "debug",
    IDENTITY_ENDPOINT: "e",
  };
  expect(withoutAzure({ ...kept, ...hidden })).toEqual(kept);
});
