/** A map whose keys can be walked through in the order of their code units, from any key on. */
export class SortedMap<Value> {
  readonly #values = new Map<string, Value>();
  /** Sorted when it is read after keys were added out of order. */
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

  /** What there is from `key` on; must not be changed meanwhile. */
  *from(key: string): Iterable<[string, Value]> {
    this.#sort();
    for (let at = this.#indexOf(key); at < this.#keys.length; at += 1) {
      const found = this.#keys[at] as string;
      yield [found, this.#values.get(found) as Value];
    }
  }

  #sort(): void {
    // Without a comparison: by code units.
    if (!this.#isSorted) this.#keys.sort();
    this.#isSorted = true;
  }

  /** The index of the first key that is not before `key`. */
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
