import { AZURITE_SERVICES, type AzuriteService } from "./endpoints.ts";

const GREETING = /^same-kit (\w+) ([0-9a-f]{64})\n$/;

/** Longer than any greeting. */
export const MAX_GREETING_BYTES = 100;

/** The first line that a client sends at the entrance for the public account; HTTP follows it. */
export function greetingFor(service: AzuriteService, secret: string): string {
  return `same-kit ${service} ${secret}\n`;
}

/** @returns `undefined` for anything else. */
export function parseGreeting(line: string): { service: AzuriteService; secret: string } | undefined {
  const [, name, secret = ""] = GREETING.exec(line) ?? [];
  const service = AZURITE_SERVICES.find((it) => it === name);
  return service === undefined ? undefined : { service, secret };
}
