import { parseSentJson } from "@same-kit/shared";
import type { InstanceStatus } from "../engine/client.ts";
import type { WebhookResponse } from "../shared/http-message.ts";
import { empty, invalidJson, invalidOperation, json, problem } from "./answers.ts";
import { isTerminal } from "./instance-status.ts";
import type { ManagementCall } from "./management-call.ts";
import { traceContextOf } from "./trace-headers.ts";

/** An empty body is not valid JSON, so the SDK's `raiseEvent` without data fails, as on Azure. */
export async function raiseEvent(
  instanceId: string,
  eventName: string,
  call: ManagementCall,
): Promise<WebhookResponse> {
  const { request, client } = call;
  return onLiveInstance(instanceId, call, async () => {
    if (mediaType(request.headers["content-type"]) !== "application/json") {
      return problem(400, "Only application/json request content is supported");
    }
    let input: string;
    try {
      input = JSON.stringify(parseSentJson(request.body));
    } catch (error) {
      return invalidJson(error);
    }
    const trace = traceContextOf(request);
    await client.raiseEvent(instanceId, eventName, input, ...(trace === null ? [] : [trace]));
    return empty(202);
  });
}

export async function terminateInstance(instanceId: string, call: ManagementCall): Promise<WebhookResponse> {
  return onLiveInstance(instanceId, call, async () => {
    await call.client.terminate(instanceId, reasonOf(call));
    return empty(202);
  });
}

export async function suspendInstance(instanceId: string, call: ManagementCall): Promise<WebhookResponse> {
  return onLiveInstance(instanceId, call, async ({ runtimeStatus }) => {
    if (runtimeStatus === "Suspended") {
      call.log.warn("Cannot suspend orchestration instance in the Suspended state.", { instanceId });
      return invalidOperation(
        `Cannot suspend the orchestration instance ${instanceId} because instance is in the Suspended state.`,
      );
    }
    await call.client.suspend(instanceId, reasonOf(call));
    return empty(202);
  });
}

export async function resumeInstance(instanceId: string, call: ManagementCall): Promise<WebhookResponse> {
  return onLiveInstance(instanceId, call, async ({ runtimeStatus }) => {
    if (runtimeStatus !== "Suspended") {
      call.log.warn(`Cannot resume orchestration instance in the ${runtimeStatus} state.`, { instanceId });
      return invalidOperation(
        `Cannot resume the orchestration instance ${instanceId} because instance is in the ${runtimeStatus} state.`,
      );
    }
    await call.client.resume(instanceId, reasonOf(call));
    return empty(202);
  });
}

/** The SDK uses the text of a refusal as its error message. */
export async function rewindInstance(instanceId: string, call: ManagementCall): Promise<WebhookResponse> {
  const { client } = call;
  const status = await client.getStatus(instanceId, { withInput: false });
  if (status === null) return json(404, `No orchestration with instance ID "$${instanceId}" found.`); // The $ is Azure's.
  if (status.runtimeStatus !== "Failed") {
    const rule = 'only orchestrations in the "Failed" state can be rewound.';
    return json(412, `This orchestration has status ${status.runtimeStatus}, but ${rule}`);
  }
  await client.rewind(instanceId, reasonOf(call));
  return empty(202);
}

async function onLiveInstance(
  instanceId: string,
  { client }: ManagementCall,
  act: (status: InstanceStatus) => Promise<WebhookResponse>,
): Promise<WebhookResponse> {
  const status = await client.getStatus(instanceId, { withInput: false });
  if (status === null) return empty(404);
  return isTerminal(status.runtimeStatus) ? empty(410) : act(status);
}

function reasonOf({ query }: ManagementCall): string | null {
  return query.text("reason") ?? null;
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
