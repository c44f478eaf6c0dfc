import { reasonOf } from "@same-kit/shared";

export type Diagnostic = {
  severity: "ERROR" | "WARNING";
  summary: string;
  detail?: string;
  attribute?: { steps: { attribute_name?: string; element_key_int?: number }[] };
};

export function toDiagnostic(error: unknown): Diagnostic {
  return { severity: "ERROR", summary: reasonOf(error) };
}

/** @param attribute - Dotted; each part but the last names a list block, of which the first element is meant. */
export function attributePath(attribute: string): NonNullable<Diagnostic["attribute"]> {
  const names = attribute.split(".");
  const steps = names.flatMap((name, index) =>
    index < names.length - 1 ? [{ attribute_name: name }, { element_key_int: 0 }] : [{ attribute_name: name }],
  );
  return { steps };
}
