import type { RequestError } from "../client.ts";

/** Why something could not be shown or done. */
export function Failure({ error }: { error: RequestError }) {
  return (
    <p class="failure" role="alert">
      {error.message} {error.hint}
    </p>
  );
}
