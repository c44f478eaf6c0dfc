// Plain scalars as PyYAML's safe loader reads them: YAML 1.1 with PyYAML's own rules for floats (`1e3` is text) and, as configured
// by papermill, without dates. Source: yaml/pyyaml, lib/yaml/{resolver,constructor}.py.

import type { ScalarTag } from "yaml";

const NULL = /^(?:~|null|Null|NULL|)$/;
const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const INT =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const scalar = (name: string, test: RegExp, resolve: (text: string) => unknown): ScalarTag => ({
  tag: `tag:yaml.org,2002:${name}`,
  default: true,
  test,
  resolve,
});

/** Tags for YAML's failsafe schema. Whole numbers become `bigint`. */
export const PYYAML_SCALARS: ScalarTag[] = [
  scalar("null", NULL, () => null),
  scalar("bool", BOOL, (text) => /^(?:yes|true|on)$/i.test(text)),
  scalar("int", INT, toInt),
  scalar("float", FLOAT, toFloat),
];

function toInt(text: string): bigint {
  const [, sign, digits = ""] = /^([-+]?)(.*)$/.exec(text.replaceAll("_", "")) ?? [];
  // `1:30` is 90: minutes and seconds.
  const parts = digits.split(":").map((part) => BigInt(withOctalPrefix(part)));
  const value = parts.reduce((sum, part) => sum * 60n + part, 0n);
  return sign === "-" ? -value : value;
}

const withOctalPrefix = (digits: string) => (/^0[0-7]/.test(digits) ? `0o${digits}` : digits);

function toFloat(text: string): number {
  const [, sign, digits = ""] = /^([-+]?)(.*)$/.exec(text.replaceAll("_", "").toLowerCase()) ?? [];
  if (digits === ".nan") return Number.NaN;
  const parts = digits === ".inf" ? [Number.POSITIVE_INFINITY] : digits.split(":").map(Number);
  const value = parts.reduce((sum, part) => sum * 60 + part, 0);
  return sign === "-" ? -value : value;
}
