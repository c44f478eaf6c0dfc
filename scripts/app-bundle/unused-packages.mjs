// Packages that the app's dependencies load but the app never uses. Each would slow down every cold start in the cloud.

import { fileURLToPath } from "node:url";

const STAND_INS = {
  // durable-functions uses one of its hundred checks.
  validator: "validator.cjs",
  // Only for blob lists in Arrow format, which the app never requests.
  "apache-arrow": "apache-arrow.cjs",
};

/** An esbuild plugin. */
export const withoutUnusedPackages = {
  name: "without-unused-packages",
  setup(build) {
    const names = Object.keys(STAND_INS).join("|");
    build.onResolve({ filter: new RegExp(`^(${names})$`) }, ({ path }) => ({
      path: fileURLToPath(new URL(STAND_INS[path], import.meta.url)),
    }));
  },
};
