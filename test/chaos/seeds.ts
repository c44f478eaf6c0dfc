/** The seeds in `SAME_KIT_CHAOS_SEEDS`, for example `17` or `1-500`. */
export function chosenSeeds(count: number): number[] {
  const text = process.env["SAME_KIT_CHAOS_SEEDS"] ?? `1-${count}`;
  const [, first = "", last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (first === "") throw new Error(`SAME_KIT_CHAOS_SEEDS=${text} is neither a seed nor a range such as 1-500.`);
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
}

/** The number of orchestrations per seed: `SAME_KIT_CHAOS_INSTANCES`. The effect of a seed depends on it. */
export function chosenInstances(count: number): number {
  const text = process.env["SAME_KIT_CHAOS_INSTANCES"] ?? `${count}`;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`SAME_KIT_CHAOS_INSTANCES=${text} is not a number from 1 to 9999.`);
  return Number(text);
}
