import type { AppFunction } from "../functions/app-function.ts";
import { matchTemplate, type RouteValues } from "./match-template.ts";

export type RouteMatch = { fn: AppFunction; params: RouteValues };

/**
 * The HTTP functions in the order of their names; the first whose template and methods match wins, however general it is.
 * A disabled function's route does not exist.
 */
export class RouteTable {
  readonly #functions: readonly AppFunction[];

  constructor(functions: readonly AppFunction[]) {
    this.#functions = functions.filter((fn) => fn.http !== undefined && fn.errors.length === 0);
  }

  match(method: string, path: readonly string[]): RouteMatch | undefined {
    for (const fn of this.#functions) {
      const { http } = fn;
      if (http === undefined || (http.methods !== undefined && !http.methods.includes(method.toUpperCase()))) continue;
      const params = matchTemplate(http.template, path);
      // A match on a disabled function ends the search: another one must not answer in its place.
      if (params !== undefined) return fn.isDisabled ? undefined : { fn, params };
    }
    return undefined;
  }
}
