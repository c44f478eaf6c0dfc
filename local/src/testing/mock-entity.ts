import { reasonOf } from "@same-kit/shared";
import type { EntityCall } from "../engine/ports.ts";
import type { EntityMock, EntityMockCall } from "../testing-api.ts";

/**
 * Answers a batch of operations like the SDK's own entities: durable-functions 3.5, lib/src/entities/Entity.js.
 *
 * @param onCall - Called for each operation before the mock.
 */
export async function answerEntityCall(
  mock: EntityMock,
  { trigger: { self, exists, state, batch } }: EntityCall,
  onCall: (call: EntityMockCall) => void,
): Promise<unknown> {
  let current: { exists: boolean; state: string | null } = { exists, state };
  const results: { isError: boolean; result?: string }[] = [];
  for (const { name, input, isSignal } of batch) {
    const call: EntityMockCall = {
      entity: { ...self },
      operation: name,
      input: input === null ? undefined : JSON.parse(input),
      isSignal,
      state: current.state === null ? undefined : JSON.parse(current.state),
      setState(value) {
        current = { exists: true, state: value === undefined ? null : JSON.stringify(value) };
      },
    };
    onCall(call);
    try {
      const result: unknown = await mock(call);
      current = { ...current, exists: true };
      results.push({ isError: false, ...(result === undefined ? {} : { result: JSON.stringify(result) }) });
    } catch (error) {
      results.push({ isError: true, result: JSON.stringify(reasonOf(error)) });
    }
  }
  return { entityExists: current.exists, entityState: current.state, results, signals: [] };
}
