import { runEntityEpisode } from "./entities/run-entity-episode.ts";
import { parseEntityInstanceId } from "./messages/entity-id.ts";
import type { EpisodeDeps, EpisodeInput, EpisodeResult } from "./orchestrations/episode-types.ts";
import { runEpisode } from "./orchestrations/run-episode.ts";

/** Runs an episode of an orchestration or an entity, as determined by the instance's id. */
export function runAnyEpisode(input: EpisodeInput, deps: EpisodeDeps): Promise<EpisodeResult> {
  const entity = parseEntityInstanceId(input.instanceId);
  return entity === null ? runEpisode(input, deps) : runEntityEpisode(entity, input, deps);
}
