import { useMemo, useState } from "preact/hooks";
import type { InstanceDetail } from "../../../local/src/inspector/api.ts";
import { formatClock } from "../parts/format.ts";
import { type Message, toSequence } from "./sequence.ts";

const COLUMN = 170;
const ROW = 30;
const HEAD = 40;
const LEFT = 100;
const PAGE = 300;
const LABEL_CHARACTERS = 22;

/** Who called whom, in order. The history shows the same as a table. */
export function SequenceDiagram({ instance }: { instance: InstanceDetail }) {
  const [shown, setShown] = useState(PAGE);
  const { participants, messages } = useMemo(() => toSequence(instance), [instance]);
  const drawn = messages.slice(0, shown);
  const width = LEFT + participants.length * COLUMN;
  const height = HEAD + drawn.length * ROW + ROW;
  const x = (name: string) => LEFT + participants.indexOf(name) * COLUMN + COLUMN / 2;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard. */}
      <section class="sequence" tabIndex={0} aria-label="Sequence diagram">
        <svg width={width} height={height} role="img" aria-label={`${messages.length} messages`}>
          <title>{`${messages.length} messages between ${participants.join(", ")}`}</title>
          <Arrowheads />
          {participants.map((name) => (
            <g key={name}>
              <text x={x(name)} y={20} text-anchor="middle" class="participant">
                {short(name)}
                <title>{name}</title>
              </text>
              <line x1={x(name)} x2={x(name)} y1={HEAD - 10} y2={height} class="lifeline" />
            </g>
          ))}
          {drawn.map((message, index) => (
            <Arrow key={`${message.at} ${index}`} message={message} x={x} y={HEAD + (index + 1) * ROW} />
          ))}
        </svg>
      </section>
      {messages.length > shown && (
        <button type="button" onClick={() => setShown(shown + PAGE)}>
          Show more of {messages.length}
        </button>
      )}
    </>
  );
}

function Arrow({ message, x, y }: { message: Message; x: (name: string) => number; y: number }) {
  const { from, to, text, isAnswer, isFailed, at } = message;
  const [x1, x2] = [x(from), x(to)];
  const isSelf = from === to;
  const path = isSelf ? `M ${x1} ${y - 8} h 30 v 8 h -28` : `M ${x1} ${y} H ${x2 + (x2 > x1 ? -2 : 2)}`;
  const classes = ["message", isAnswer ? "answer" : "", isFailed ? "failed" : ""].join(" ");
  return (
    <g class={classes}>
      <text x={4} y={y} class="at">
        {formatClock(at)}
      </text>
      <path d={path} marker-end={isFailed ? "url(#arrow-failed)" : "url(#arrow)"} />
      <text x={isSelf ? x1 + 36 : (x1 + x2) / 2} y={y - 5} text-anchor={isSelf ? "start" : "middle"}>
        {short(text)}
      </text>
    </g>
  );
}

function Arrowheads() {
  return (
    <defs>
      {["arrow", "arrow-failed"].map((id) => (
        <marker key={id} id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
          <path d="M 0 0 L 8 4 L 0 8 z" class={id} />
        </marker>
      ))}
    </defs>
  );
}

function short(text: string): string {
  return text.length > LABEL_CHARACTERS ? `${text.slice(0, LABEL_CHARACTERS - 1)}…` : text;
}
