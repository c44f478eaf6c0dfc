import { useState } from "preact/hooks";
import type { ActionAnswer, ActionBody, InstanceAction, InstanceDetail } from "../../../local/src/inspector/api.ts";
import { post } from "../client.ts";
import { Confirm } from "../parts/confirm.tsx";
import { JsonField, TextField } from "../parts/fields.tsx";
import { parseTypedJson } from "../parts/json-text.ts";
import { hrefOf, navigate } from "../router.ts";

type Offer = {
  action: InstanceAction;
  title: string;
  isDestructive?: true;
  /** What will happen. */
  text: string;
  done: string;
};

const OFFERS: readonly Offer[] = [
  { action: "raise", title: "Raise event", text: "", done: "The event was raised." },
  {
    action: "suspend",
    title: "Suspend",
    text: "It does nothing more until it is resumed.",
    done: "It is being suspended.",
  },
  { action: "resume", title: "Resume", text: "It continues where it stopped.", done: "It is being resumed." },
  {
    action: "rewind",
    title: "Rewind",
    text: "What failed is done again; what completed is kept.",
    done: "It is being rewound.",
  },
  { action: "restart", title: "Restart", text: "It starts once more with the same input.", done: "It was restarted." },
  {
    action: "terminate",
    title: "Terminate",
    isDestructive: true,
    text: "It ends immediately. Running activities run to completion.",
    done: "It is being terminated.",
  },
  {
    action: "purge",
    title: "Purge",
    isDestructive: true,
    text: "Its history, input and output are deleted for good.",
    done: "The instance was purged.",
  },
];

const BY_STATUS: Readonly<Record<string, readonly InstanceAction[]>> = {
  Pending: ["raise", "suspend", "terminate"],
  Running: ["raise", "suspend", "terminate"],
  ContinuedAsNew: ["raise", "suspend", "terminate"],
  Suspended: ["raise", "resume", "terminate"],
  Failed: ["rewind", "restart", "purge"],
};

/** The actions that the management API allows in the instance's state. */
export function InstanceActions({ instance, onDone }: { instance: InstanceDetail; onDone: () => void }) {
  const [confirming, setConfirming] = useState<Offer | null>(null);
  const allowed = BY_STATUS[instance.status] ?? ["restart", "purge"];
  const close = () => {
    setConfirming(null);
    onDone();
  };
  return (
    <div class="actions">
      {OFFERS.filter(({ action }) => allowed.includes(action)).map((offer) => (
        <button
          type="button"
          key={offer.action}
          class={offer.isDestructive === true ? "danger" : ""}
          onClick={() => setConfirming(offer)}
        >
          {offer.title}
        </button>
      ))}
      {confirming?.action === "raise" && <AskEvent id={instance.id} offer={confirming} onClose={close} />}
      {confirming?.action === "restart" && <AskRestart id={instance.id} offer={confirming} onClose={close} />}
      {confirming !== null && confirming.action !== "raise" && confirming.action !== "restart" && (
        <AskReason id={instance.id} offer={confirming} onClose={close} />
      )}
    </div>
  );
}

type AskProps = { id: string; offer: Offer; onClose: () => void };

function AskEvent({ id, offer, onClose }: AskProps) {
  const [event, setEvent] = useState("");
  const [text, setText] = useState("");
  const data = parseTypedJson(text);
  const body: ActionBody = { event, data: data.ok ? (data.value ?? null) : null };
  return (
    <Confirm
      title="Raise an event"
      action="Raise"
      isBlocked={event === "" || !data.ok}
      work={() => post("api/instance/raise", { id }, body)}
      done={offer.done}
      onClose={onClose}
    >
      <TextField label="Name" value={event} onChange={setEvent} isRequired />
      <JsonField label="Value" value={text} onChange={setText} />
    </Confirm>
  );
}

function AskRestart({ id, offer, onClose }: AskProps) {
  const [sameId, setSameId] = useState(false);
  const work = async () => {
    const { instanceId } = await post<ActionAnswer>("api/instance/restart", { id }, { sameId } satisfies ActionBody);
    navigate(hrefOf("instance", { id: instanceId }));
  };
  return (
    <Confirm title="Restart the instance?" action="Restart" work={work} done={offer.done} onClose={onClose}>
      <p>{offer.text}</p>
      <label>
        <input type="checkbox" checked={sameId} onChange={(it) => setSameId(it.currentTarget.checked)} /> Under the same
        ID, in place of this one
      </label>
    </Confirm>
  );
}

function AskReason({ id, offer, onClose }: AskProps) {
  const [reason, setReason] = useState("");
  const { action, title } = offer;
  const work = async () => {
    await post(`api/instance/${action}`, { id }, (reason === "" ? {} : { reason }) satisfies ActionBody);
    if (action === "purge") navigate(hrefOf("instances"));
  };
  return (
    <Confirm
      title={`${title} the instance?`}
      action={title}
      isDestructive={offer.isDestructive === true}
      work={work}
      done={offer.done}
      onClose={onClose}
    >
      <p>{offer.text}</p>
      {action !== "purge" && <TextField label="Reason" value={reason} onChange={setReason} />}
    </Confirm>
  );
}
