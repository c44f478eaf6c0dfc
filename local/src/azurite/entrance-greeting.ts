import { AZURITE_SERVICES, type AzuriteService } from "./endpoints.ts";

const GREETING = /^same-kit (\w+) ([0-9a-f]{64})\n$/;

/** Longer than any valid greeting. */
export const MAX_GREETING_BYTES = 100;

/** The first line that a client sends at the entrance, before HTTP. */
export const greetingFor = (service: AzuriteService, secret: string): string => `same-kit ${service} ${secret}\n`;

/**
 * Parses the greeting.
 *
 * @returns `undefined` if the line is not a greeting.
 */
export function parseGreeting(line: string): { service: AzuriteService; secret: string } | undefined {
  const [, name, secret = ""] = GREETING.exec(line) ?? [];
  const service = AZURITE_SERVICES.find((it) => it === name);
  return service === undefined ? undefined : { service, secret };
}
