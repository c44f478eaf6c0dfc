import { OrchestrationStatus, type OrchestrationStatusName } from "../engine/history/events.ts";

/** Query values as parsed by the extension: names are case-insensitive, and invalid values count as absent. */
export class RequestQuery {
  readonly #values: readonly (readonly [name: string, value: string])[];

  constructor(url: URL) {
    this.#values = [...url.searchParams].map(([name, value]) => [name.toLowerCase(), value] as const);
  }

  /** An empty value counts as present. */
  text(name: string): string | undefined {
    return this.#all(name)[0];
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    return value === "true" || value === "false" ? value === "true" : undefined;
  }

  positiveInteger(name: string): number | undefined {
    const value = this.text(name) ?? "";
    return /^\d{1,9}$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
  }

  seconds(name: string): number | undefined {
    const value = this.text(name) ?? "";
    return /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
  }

  /** ISO text in UTC; a time without a zone is UTC, and years may have fewer than four digits. */
  time(name: string): string | undefined {
    const text = (this.text(name) ?? "").trim().replace(/^\d{1,3}(?=-)/, (year) => year.padStart(4, "0"));
    const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(text);
    const time = new Date(hasZone || !text.includes("T") ? text : `${text}Z`);
    return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
  }

  /** A comma-separated list, repeated parameters, or both; unknown names are ignored. */
  statuses(name: string): OrchestrationStatusName[] {
    return this.#all(name)
      .flatMap((it) => it.split(","))
      .map((it) => it.trim())
      .filter((it): it is OrchestrationStatusName => Object.hasOwn(OrchestrationStatus, it));
  }

  #all(name: string): string[] {
    return this.#values.filter(([it]) => it === name.toLowerCase()).map(([, value]) => value);
  }
}
