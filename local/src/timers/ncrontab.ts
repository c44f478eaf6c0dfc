// NCRONTAB, the schedule format of timer triggers: `{second} {minute} {hour} {day} {month} {day of week}`, the seconds
// optional.
// Source: atifaziz/NCrontab, NCrontab/CrontabFieldImpl.cs and CrontabSchedule.cs.

type Field = { first: number; last: number; names?: readonly string[] };

const FIELDS: readonly Field[] = [
  { first: 0, last: 59 },
  { first: 0, last: 59 },
  { first: 0, last: 23 },
  { first: 1, last: 31 },
  { first: 1, last: 12, names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] },
  { first: 0, last: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];
// February 29 on a given day of the week occurs within 40 years.
const LAST_YEAR_AHEAD = 40;

/** The next time after `after`, in the machine's time zone, as in `func`; `undefined` if there is none. */
export type NextTime = (after: Date) => Date | undefined;

/** @returns `undefined` if the text is not an NCRONTAB expression. */
export function parseNcrontab(text: string): NextTime | undefined {
  const parts = text.trim().split(/\s+/);
  const complete = parts.length === 5 ? ["0", ...parts] : parts;
  if (complete.length !== FIELDS.length) return undefined;
  const sets = complete.map((part, index) => parseField(part, FIELDS[index]!));
  if (sets.some((set) => set === undefined)) return undefined;
  return (after) => findNext(sets as ReadonlySet<number>[], after);
}

/** Parses `*`, `5`, `1-5`, each with an optional step, and lists of these. */
function parseField(text: string, field: Field): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(item);
    if (match === null) return undefined;
    const [, start = "", end, step] = match;
    const first = start === "*" ? field.first : toNumber(start, field);
    // `5/10` extends to the end of the field; a plain `5` does not.
    const isOpen = start === "*" || step !== undefined;
    const last = end === undefined ? (isOpen ? field.last : first) : toNumber(end, field);
    const every = Number(step ?? 1);
    if (first === undefined || last === undefined || last < first || every < 1) return undefined;
    if (start === "*" && end !== undefined) return undefined;
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return values;
}

function toNumber(text: string, { first, last, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.slice(0, 3).toLowerCase());
  const value = /^\d+$/.test(text) ? Number(text) : named < 0 ? undefined : first + named;
  return value !== undefined && value >= first && value <= last ? value : undefined;
}

/** Searches from the largest unit down; a value that does not match moves to the next start of its unit. */
function findNext(sets: readonly ReadonlySet<number>[], after: Date): Date | undefined {
  const [seconds, minutes, hours, days, months, weekdays] = sets as [
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
  ];
  let time = new Date(Math.floor(after.getTime() / 1000) * 1000 + 1000);
  const lastYear = time.getFullYear() + LAST_YEAR_AHEAD;
  while (time.getFullYear() <= lastYear) {
    const [year, month, day, hour] = [time.getFullYear(), time.getMonth(), time.getDate(), time.getHours()];
    if (!months.has(month + 1)) time = new Date(year, month + 1);
    else if (!days.has(day) || !weekdays.has(time.getDay())) time = new Date(year, month, day + 1);
    else if (!hours.has(hour)) time = startOfNext(time, 3_600_000);
    else if (!minutes.has(time.getMinutes())) time = startOfNext(time, 60_000);
    else if (!seconds.has(time.getSeconds())) time = new Date(time.getTime() + 1000);
    else return time;
  }
  return undefined;
}

/** Computed in elapsed time, so that a daylight saving change neither repeats nor ends the search. */
function startOfNext(time: Date, unitMs: number): Date {
  const intoHour = (time.getMinutes() * 60 + time.getSeconds()) * 1000;
  const into = unitMs === 60_000 ? time.getSeconds() * 1000 : intoHour;
  return new Date(time.getTime() - into + unitMs);
}
