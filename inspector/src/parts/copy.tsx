import { notify } from "./notices.tsx";

type CopyProps = {
  /** The text, or a function that creates it on demand. */
  text: string | (() => string);
  /** Label of the button, such as "Copy as curl". */
  label?: string;
  /** What is copied, for screen reader users who hear the button out of context. */
  of?: string;
};

/** Copies a text to the clipboard, and confirms it. */
export function CopyButton({ text, label = "Copy", of }: CopyProps) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      notify("Copied.");
    } catch {
      notify("The browser did not allow the page to copy.");
    }
  };
  return (
    <button type="button" class="small" onClick={copy}>
      {label}
      {of !== undefined && <span class="visually-hidden"> {of}</span>}
    </button>
  );
}
