// Values as Terraform sends them: msgpack, with an object for attributes and nested blocks alike, and an extension type
// for a value that is not known yet (hashicorp/terraform, docs/plugin-protocol/object-wire-format.md).
import { decode, ExtData, ExtensionCodec, encode } from "@msgpack/msgpack";

/** Stands for "known after apply". */
class Unknown {
  /** Makes the type distinct: every object has a `toString`. */
  readonly isKnown = false;

  toString(): string {
    return "(known after apply)";
  }
}

export const UNKNOWN = new Unknown();

/** A value of Terraform; a list of nested blocks is an array of objects. */
export type Value = null | string | number | boolean | Unknown | Value[] | ValueObject;
export type ValueObject = { [name: string]: Value };

export type DynamicValue = { msgpack?: Uint8Array; json?: Uint8Array };

// Terraform sends 0 for a plain unknown and 12 for one with refinements; it accepts any code in responses.
const PLAIN_UNKNOWN = 0;
const REFINED_UNKNOWN = 12;

const codec = new ExtensionCodec();
codec.register({
  type: PLAIN_UNKNOWN,
  encode: (value) => (value instanceof Unknown ? new Uint8Array([0]) : null),
  decode: () => UNKNOWN,
});
codec.register({ type: REFINED_UNKNOWN, encode: () => null, decode: () => UNKNOWN });

/** Decodes a value that Terraform sent as msgpack or JSON; null if it is absent. */
export function fromDynamicValue(value: DynamicValue | null | undefined): Value {
  if (value?.msgpack !== undefined && value.msgpack.length > 0) {
    return decode(value.msgpack, { extensionCodec: codec }) as Value;
  }
  if (value?.json !== undefined && value.json.length > 0) return JSON.parse(Buffer.from(value.json).toString("utf8"));
  return null;
}

export function toDynamicValue(value: Value): DynamicValue {
  return { msgpack: encode(value, { extensionCodec: codec }) };
}

export function isUnknown(value: Value | undefined): value is Unknown {
  return value instanceof Unknown || value instanceof ExtData;
}

export function isObject(value: Value | undefined): value is ValueObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isUnknown(value);
}

/** The object, or an empty one: Terraform sends null if a resource does not exist. */
export function asObject(value: Value | undefined): ValueObject {
  return isObject(value) ? value : {};
}

export function isSame(left: Value | undefined, right: Value | undefined): boolean {
  if (isUnknown(left) || isUnknown(right)) return false;
  return JSON.stringify(canonical(left ?? null)) === JSON.stringify(canonical(right ?? null));
}

function canonical(value: Value): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, canonical(value[key] ?? null)]),
  );
}
