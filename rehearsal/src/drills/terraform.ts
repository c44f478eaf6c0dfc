// Drills of terraform's installation and its state.
import { AZURERM_SOURCE } from "../find-azurerm.ts";
import type { Drill } from "./drill.ts";
import { ageState, holdStateLock } from "./terraform-state.ts";

// Nothing listens on this port; an unreachable registry shows up first as a failing proxy.
const DEAD_PROXY = "http://127.0.0.1:9";

export const TERRAFORM_DRILLS = {
  "provider-blocked": {
    summary: "The provider registry cannot be reached.",
    provider: {
      cliConfig: "provider_installation {\n  direct {}\n}\n",
      env: { HTTPS_PROXY: DEAD_PROXY, HTTP_PROXY: DEAD_PROXY, NO_PROXY: "localhost,127.0.0.1" },
    },
  },
  "lock-file-mismatch": {
    summary: "The lock file contains other checksums.",
    provider: { lockFile: withOtherChecksums },
  },
  "state-locked": {
    summary: "Another run holds the state.",
    state: { before: "plan", fire: holdStateLock },
  },
  "stale-plan": {
    summary: "The state changed after the plan was saved.",
    times: 1,
    state: { before: "apply", fire: ageState },
  },
} as const satisfies Record<string, Drill>;

function withOtherChecksums(version: string): string {
  return `provider "${AZURERM_SOURCE}" {
  version     = "${version}"
  constraints = ">= 5.2.0, < 6.0.0"
  hashes = [
    "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  ]
}
`;
}
