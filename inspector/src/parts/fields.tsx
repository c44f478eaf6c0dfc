import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { parseTypedJson } from "./json-text.ts";

type FieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  /** Why the value is invalid. */
  problem?: string | undefined;
  placeholder?: string;
  isRequired?: boolean;
};

export function TextField(props: FieldProps) {
  return <Field {...props}>{(shared) => <input {...shared} {...typed(props)} type="text" />}</Field>;
}

export function TextArea({ rows = 4, ...props }: FieldProps & { rows?: number }) {
  return <Field {...props}>{(shared) => <textarea {...shared} {...typed(props)} rows={rows} />}</Field>;
}

/** What the controls for text have in common. */
function typed({ value, onChange, placeholder, isRequired }: FieldProps) {
  const onInput = (it: { currentTarget: { value: string } }) => onChange(it.currentTarget.value);
  return { value, onInput, placeholder, required: isRequired, autocomplete: "off", spellcheck: false } as const;
}

/** Reports immediately when the text is not valid JSON. */
export function JsonField({ hint = "JSON; empty: none", ...props }: Omit<FieldProps, "problem">) {
  const parsed = parseTypedJson(props.value);
  return <TextArea {...props} hint={hint} problem={parsed.ok ? undefined : parsed.problem} />;
}

type SelectProps = Omit<FieldProps, "placeholder"> & { options: readonly string[] };

export function SelectField({ isRequired: _, options, ...props }: SelectProps) {
  return (
    <Field {...props}>
      {(shared) => (
        <select {...shared} value={props.value} onChange={(it) => props.onChange(it.currentTarget.value)}>
          {options.map((it) => (
            <option key={it}>{it}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

type ControlProps = { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean };

function Field(props: FieldProps & { children: (shared: ControlProps) => ComponentChildren }) {
  const { label, hint, problem, children } = props;
  const id = useId();
  const helpId = `${id}-help`;
  const help = problem ?? hint;
  const shared: ControlProps = {
    id,
    ...(help === undefined ? {} : { "aria-describedby": helpId }),
    ...(problem === undefined ? {} : { "aria-invalid": true }),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(shared)}
      {help !== undefined && (
        <span id={helpId} class={problem === undefined ? "hint" : "problem"}>
          {help}
        </span>
      )}
    </div>
  );
}
