import { useState } from "preact/hooks";

/** Members of one value rendered at first, and added with each click. */
const MEMBERS = 100;
/** Characters of a text shown at first; the rest on request. */
const TEXT_CHARACTERS = 2000;

type TreeProps = {
  value: unknown;
  /** Number of levels expanded at first. */
  open?: number;
  name?: string;
};

/**
 * An expandable JSON value. Collapsed parts are not rendered, so that megabytes of JSON cost no more than what is
 * expanded.
 */
export function JsonTree({ value, open = 1, name }: TreeProps) {
  if (typeof value !== "object" || value === null) {
    return (
      <div class="json-line">
        <Name name={name} />
        <Scalar value={value} />
      </div>
    );
  }
  const entries = Array.isArray(value)
    ? value.map((it, index) => [String(index), it] as const)
    : Object.entries(value as Record<string, unknown>);
  return <Branch entries={entries} isList={Array.isArray(value)} open={open} name={name} />;
}

type BranchProps = {
  entries: readonly (readonly [string, unknown])[];
  isList: boolean;
  open: number;
  name: string | undefined;
};

function Branch({ entries, isList, open, name }: BranchProps) {
  const [isOpen, setIsOpen] = useState(open > 0);
  const [shown, setShown] = useState(MEMBERS);
  const [left, right] = isList ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) {
    return (
      <div class="json-line">
        <Name name={name} />
        {left}
        {right}
      </div>
    );
  }
  return (
    <details class="json-branch" open={isOpen} onToggle={(it) => setIsOpen(it.currentTarget.open)}>
      <summary>
        <Name name={name} />
        {left}
        <span class="quiet">{isOpen ? "" : ` ${entries.length} ${isList ? "items" : "members"} ${right}`}</span>
      </summary>
      {isOpen && (
        <div class="json-members">
          {entries.slice(0, shown).map(([key, it]) => (
            <JsonTree key={key} name={key} value={it} open={open - 1} />
          ))}
          {entries.length > shown && (
            <button type="button" class="small" onClick={() => setShown(shown + MEMBERS * 10)}>
              Show more of {entries.length}
            </button>
          )}
        </div>
      )}
      {isOpen && right}
    </details>
  );
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : <span class="json-name">{name}: </span>;
}

function Scalar({ value }: { value: unknown }) {
  const [isWhole, setIsWhole] = useState(false);
  const text = JSON.stringify(value) ?? "null";
  if (text.length <= TEXT_CHARACTERS || isWhole) return <span class={`json-${typeof value}`}>{text}</span>;
  return (
    <>
      <span class="json-string">{text.slice(0, TEXT_CHARACTERS)}…</span>
      <button type="button" class="small" onClick={() => setIsWhole(true)}>
        Show all {text.length} characters
      </button>
    </>
  );
}
