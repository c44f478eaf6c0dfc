import { openInBrowser } from "../adapters/browser.ts";
import { signedInTo } from "../compose/compose-sign-in.ts";
import { explainingNetwork } from "../compose/explain-network.ts";
import { loadOutputs, subscriptionOf } from "../deployment/outputs.ts";
import { portalLink } from "../usecases/up.ts";
import { defineCommand } from "./define-command.ts";
import { CLOUD_OPTIONS, ENVIRONMENT_OPTIONS, toFolder } from "./deployment-options.ts";
import { jsonOption } from "./shared-options.ts";

export const openCommand = defineCommand({
  name: "open",
  summary: "Open a deployment in the Azure portal",
  description:
    "Prints the link, and opens it if run in a terminal. A rehearsal has no portal: prints the app's address instead.",
  positionals: [],
  options: { ...ENVIRONMENT_OPTIONS, subscription: CLOUD_OPTIONS.subscription, ...jsonOption },
  examples: ["same-kit open", "same-kit open --env prod"],
  async run({ options }, context) {
    const { console } = context;
    const folder = await toFolder(options, context.cwd);
    const outputs = await loadOutputs(folder);
    const link = folder.isRehearsal
      ? null
      : await explainingNetwork(async () =>
          portalLink(await signedInTo(options.subscription ?? subscriptionOf(outputs), context), outputs),
        );
    const url = link ?? `https://${outputs.hostName}`;
    console.json({ environment: folder.name, isRehearsal: folder.isRehearsal, url });
    console.answer(url);
    if (console.isInteractive && link !== null) await openInBrowser(link);
    return 0;
  },
});
