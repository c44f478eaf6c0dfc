import { readFile } from "node:fs/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

/** Lets this process's clients, including `fetch`, connect to a host with a self-signed certificate. */
export async function trustHost({ trustFile }: { trustFile?: string | undefined }): Promise<void> {
  if (trustFile === undefined) return;
  const certificate = await readFile(trustFile, "utf8").catch(() => undefined);
  const trusted = getCACertificates("default");
  if (certificate === undefined || trusted.includes(certificate)) return;
  setDefaultCACertificates([...trusted, certificate]);
}
