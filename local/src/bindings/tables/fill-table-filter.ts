import type { InputBindingContext } from "../../host/index.ts";

const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;
const BOOLEAN = /^\s*(true|false)\s*$/i;

/**
 * A table input's filter with the values of the call, none of which may say more than a value: alone between quotes it is a text,
 * elsewhere a number, true or false. Only a filter that is nothing but one value is taken as it is.
 *
 * @throws Error that names the value which is something else.
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
