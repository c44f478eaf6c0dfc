import type { AppFunction } from "../functions/app-function.ts";
import { matchTemplate, type RouteValues } from "./match-template.ts";

export type RouteMatch = { fn: AppFunction; params: RouteValues };

/**
 * The HTTP functions ordered by name. The first whose template and methods match wins, however general it is. The route
 * of a disabled function does not exist.
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
      // A match on a disabled function ends the search: no other function may answer instead.
      if (params !== undefined) return fn.isDisabled ? undefined : { fn, params };
    }
    return undefined;
  }
}
