// Short-lived messages about completed actions, in a corner of the page and for screen readers.

import { useEffect, useState } from "preact/hooks";

const SHOWN_MS = 6000;

type Notice = { id: number; text: string };
type Listener = (notices: readonly Notice[]) => void;

let notices: readonly Notice[] = [];
let nextId = 0;
const listeners = new Set<Listener>();

export function notify(text: string): void {
  const id = nextId++;
  change([...notices, { id, text }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  change(notices.filter((it) => it.id !== id));
}

function change(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener(next);
}

/** Rendered once, by the shell. */
export function Notices() {
  const [shown, setShown] = useState(notices);
  useEffect(() => {
    listeners.add(setShown);
    return () => void listeners.delete(setShown);
  }, []);
  return (
    <div class="notices" role="status">
      {shown.map(({ id, text }) => (
        <div key={id} class="notice">
          <span>{text}</span>
          <button type="button" class="small" onClick={() => dismiss(id)}>
            Dismiss
          </button>
        </div>
      ))}
    </div>
  );
}
