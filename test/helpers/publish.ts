import type { HttpsAnswer } from "../../rehearsal/src/provider/https-json.ts";
import type { TestMiniAzure, TestSite } from "./mini-azure.ts";
import { waitFor } from "./wait-for.ts";

export type Published = { status: number; status_text: string; build_summary: { errors: string[] }; id: string };

/** Sends a package to the SCM service in the format for Flex Consumption. */
export async function postPackage(mini: TestMiniAzure, site: TestSite, zip: Buffer, query = ""): Promise<HttpsAnswer> {
  const headers = { authorization: `Bearer ${await mini.token()}`, "content-type": "application/zip" };
  return mini.send("POST", `https://${site.scmHostName}/api/publish${query}`, { headers, body: zip });
}

/** Publishes and waits for the end of the deployment. */
export async function publish(mini: TestMiniAzure, site: TestSite, zip: Buffer, query = ""): Promise<Published> {
  const { status, text } = await postPackage(mini, site, zip, query);
  if (status !== 202) throw new Error(`${status} ${text}`);
  return waitForDeployment(mini, site, JSON.parse(text) as string);
}

export async function waitForDeployment(mini: TestMiniAzure, site: TestSite, id: string): Promise<Published> {
  const headers = { authorization: `Bearer ${await mini.token()}` };
  return waitFor(
    async () => {
      const answer = await mini.send("GET", `https://${site.scmHostName}/api/deployments/${id}`, { headers });
      if (answer.status === 404) return undefined;
      const deployment = JSON.parse(answer.text) as Published & { complete: boolean };
      return deployment.complete ? deployment : undefined;
    },
    { what: `deployment ${id}` },
  );
}
