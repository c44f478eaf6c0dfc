import { Limiter } from "@same-kit/shared";

// More concurrent requests to a storage account gain little.
const AT_ONCE = 8;

/** @returns The results in the order of the items. @throws the first error. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const limiter = new Limiter(AT_ONCE);
  return Promise.all(items.map((item) => limiter.run(() => work(item))));
}
