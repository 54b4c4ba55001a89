import type { Draft } from "../draft";
import type { GenerationWorkload } from "../workload";

export function estimateImageGeneration(_workload: GenerationWorkload, draft: Draft): void {
  draft.note("this kind is not estimated yet");
}
