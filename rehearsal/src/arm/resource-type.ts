import type { Answer, MiniRequest } from "../http/answer.ts";
import type { ArmContext } from "./arm-context.ts";
import type { Resource } from "./resource-store.ts";

/** What is particular to a type of resources. */
export type ResourceType = {
  /** Completes what the client sent. */
  compose(resource: Resource, context: ArmContext, isNew: boolean): Promise<Resource> | Resource;
  /** What Azure would refuse, before anything is made. */
  refuse?(draft: Resource, context: ArmContext): Answer | null;
  /** Creation is answered with 202 and watched, as Azure does for this type. */
  isLongRunning?: boolean;
  /** Belongs to no region: its location may be `global`. */
  isGlobal?: boolean;
  /** Belongs to another resource, and has no location of its own. */
  isExtension?: boolean;
  /** What depends on other resources, for an answer. */
  present?(resource: Resource, context: ArmContext): Resource;
  refuseDelete?(resource: Resource, context: ArmContext): Answer | null;
  /** Whatever made it go: its own deletion, or that of its group. */
  deleted?(resource: Resource, context: ArmContext): Promise<void>;
  /** After its own deletion. */
  afterDelete?(resource: Resource, request: MiniRequest, context: ArmContext): void;
};
