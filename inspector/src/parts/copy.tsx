import { notify } from "./notices.tsx";

type CopyProps = {
  /** A function where the text is made when it is asked for. */
  text: string | (() => string);
  /** What the button says, such as "Copy as curl". */
  label?: string;
  /** What of, for people who hear the button without what is around it. */
  of?: string;
};

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
