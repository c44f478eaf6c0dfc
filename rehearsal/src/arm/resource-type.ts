import type { Answer, MiniRequest } from "../http/answer.ts";
import type { ArmContext } from "./arm-context.ts";
import type { Resource } from "./resource-store.ts";

/** The behavior that is specific to a resource type. */
export type ResourceType = {
  /** Completes what the client sent. */
  compose(resource: Resource, context: ArmContext, isNew: boolean): Promise<Resource> | Resource;
  /** Returns Azure's refusal, before anything is created. */
  refuse?(draft: Resource, context: ArmContext): Answer | null;
  /** Creation is answered with 202 and polled, as Azure does for this type. */
  isLongRunning?: boolean;
  /** Has no region: its location may be `global`. */
  isGlobal?: boolean;
  /** Belongs to another resource, and has no location of its own. */
  isExtension?: boolean;
  /** Adds what depends on other resources to a response. */
  present?(resource: Resource, context: ArmContext): Resource;
  refuseDelete?(resource: Resource, context: ArmContext): Answer | null;
  /** Called whenever it is deleted, directly or with its group. */
  deleted?(resource: Resource, context: ArmContext): Promise<void>;
  /** Called after it was deleted directly. */
  afterDelete?(resource: Resource, request: MiniRequest, context: ArmContext): void;
};
