import type { InputBindingContext } from "../../host/index.ts";

const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;
const BOOLEAN = /^\s*(true|false)\s*$/i;

/**
 * Fills a table input's filter with values of the call so that none can inject an expression: between quotes a value is
 * text; elsewhere it must be a number, true or false. A filter that consists of a single parameter is taken as it is.
 *
 * @throws Error that names the invalid value.
 * @see Azure/azure-webjobs-sdk, Microsoft.Azure.WebJobs.Host/Tables/TableFilterFormatter.cs
 */
export function fillTableFilter(filter: string, fill: InputBindingContext["fill"]): string {
  return fill(filter, (value, { option, name, start }) => {
    if (option === name) return value;
    if (option[start - 1] === "'" && option[start + name.length] === "'") return value.replaceAll("'", "''");
    if (NUMBER.test(value) || BOOLEAN.test(value)) return value;
    throw new Error(`"${name}" in "${option}" must be a number, true or false, or stand alone between single quotes.`);
  });
}
