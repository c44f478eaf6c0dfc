/** A map that can be iterated in the code-unit order of its keys, from any key on. */
export class SortedMap<Value> {
  readonly #values = new Map<string, Value>();
  /** Sorted on read after keys were added out of order. */
  #keys: string[] = [];
  #isSorted = true;

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    if (!this.#values.has(key)) {
      const last = this.#keys.at(-1);
      this.#isSorted &&= last === undefined || last < key;
      this.#keys.push(key);
    }
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (!this.#values.delete(key)) return;
    this.#sort();
    this.#keys.splice(this.#indexOf(key), 1);
  }

  /** The entries from `key` on; the map must not be modified during the iteration. */
  *from(key: string): Iterable<[string, Value]> {
    this.#sort();
    for (let at = this.#indexOf(key); at < this.#keys.length; at += 1) {
      const found = this.#keys[at] as string;
      yield [found, this.#values.get(found) as Value];
    }
  }

  #sort(): void {
    // The default comparison is by code units.
    if (!this.#isSorted) this.#keys.sort();
    this.#isSorted = true;
  }

  /** Index of the first key that is not less than `key`. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
