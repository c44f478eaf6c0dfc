/** A resource as Azure Resource Manager stores it; settings below a site are resources too. */
export type Resource = {
  id: string;
  name: string;
  type: string;
  location?: string;
  tags?: Record<string, string>;
  kind?: string;
  sku?: Record<string, unknown>;
  identity?: Record<string, unknown>;
  properties: Record<string, unknown>;
};

/** All resources of the mini Azure by ID; IDs are case-insensitive. */
export class ResourceStore {
  readonly #resources = new Map<string, Resource>();
  readonly #onChange: () => void;

  constructor(resources: readonly Resource[], onChange: () => void) {
    for (const resource of resources) this.#resources.set(toKey(resource.id), resource);
    this.#onChange = onChange;
  }

  get(id: string): Resource | undefined {
    return this.#resources.get(toKey(id));
  }

  put(resource: Resource): void {
    this.#resources.set(toKey(resource.id), resource);
    this.#onChange();
  }

  /** Deletes a resource and everything below it; returns the deleted resources, or none if it did not exist. */
  delete(id: string): Resource[] {
    const key = toKey(id);
    const gone = [...this.#resources].filter(([other]) => other === key || other.startsWith(`${key}/`));
    for (const [other] of gone) this.#resources.delete(other);
    if (gone.length > 0) this.#onChange();
    return gone.map(([, resource]) => resource);
  }

  all(): Resource[] {
    return [...this.#resources.values()];
  }

  /** Resources in the everyday sense: neither groups nor resources below another resource. */
  topLevel(): Resource[] {
    return this.all().filter(({ id }) =>
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+\/[^/]+\/[^/]+$/i.test(id),
    );
  }
}

/** The id of a resource's group; empty for an id outside a group. */
export function groupIdOf(id: string): string {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0] ?? "";
}

/** Whether another resource of this type, in any group, has the name at the end of `id`. */
export function isTaken(id: string, type: string, store: ResourceStore): boolean {
  const name = id.split("/").at(-1)?.toLowerCase();
  return store
    .all()
    .some(
      (other) =>
        other.type.toLowerCase() === type && other.name.toLowerCase() === name && toKey(other.id) !== toKey(id),
    );
}

function toKey(id: string): string {
  return id.toLowerCase().replace(/\/$/, "");
}
