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

export function TextField({ isRequired, placeholder, ...props }: FieldProps) {
  return (
    <Field {...props}>
      {(shared) => (
        <input
          {...shared}
          type="text"
          value={props.value}
          placeholder={placeholder}
          required={isRequired}
          autocomplete="off"
          spellcheck={false}
          onInput={(it) => props.onChange(it.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function TextArea({ isRequired, placeholder, rows = 4, ...props }: FieldProps & { rows?: number }) {
  return (
    <Field {...props}>
      {(shared) => (
        <textarea
          {...shared}
          rows={rows}
          value={props.value}
          placeholder={placeholder}
          required={isRequired}
          autocomplete="off"
          spellcheck={false}
          onInput={(it) => props.onChange(it.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Reports immediately when the text is not valid JSON. */
export function JsonField({ hint = "JSON; empty: none", ...props }: Omit<FieldProps, "problem">) {
  const typed = parseTypedJson(props.value);
  return <TextArea {...props} hint={hint} problem={typed.ok ? undefined : typed.problem} />;
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
