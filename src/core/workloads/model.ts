/** An architecture alone: parameters, weights and cache in memory, FLOPs per token, the smallest accelerator that holds it. */
import type { Draft } from "../draft";
import { resolveModel } from "../model/architecture";
import { cacheBytesPerToken, forwardFlopsPerToken, weightBytes } from "../model/flops";
import { exact } from "../quantity";
import type { WorkloadOf } from "../workload";

export function estimateModel(workload: WorkloadOf<"model">, draft: Draft): void {
  const model = resolveModel(workload.model, draft);
  if (model === undefined) {
    draft.note("neither dimensions nor a size of the model are known");
    return;
  }
  const precision = workload.precision ?? "bf16";
  draft.set("parameters", exact(model.parameters, "1"));
  draft.set("activeParameters", exact(model.activeParameters, "1"));
  draft.step?.({
    quantity: "parameters",
    formula: "V·d (embedding) + V·d (head unless tied) + L·(attention + MLP + norms)",
    inputs: {
      L: model.spec.layers,
      d: model.spec.hiddenSize,
      V: model.spec.vocabularySize,
      heads: model.spec.attentionHeads,
      "key/value heads": model.spec.keyValueHeads,
    },
    result: model.parameters,
    unit: "1",
  });
  const bytes = weightBytes(model, precision);
  draft.set("weightMemory", exact(bytes / 1e9, "GB"));
  // Denoisers keep no cache and work on pictures, encoders see their text once.
  const { backbone } = model.spec;
  if (backbone === "unet" || backbone === "diffusionTransformer") return;
  if (backbone !== "encoder") draft.set("kvCachePerToken", exact(cacheBytesPerToken(model), "B/token"));
  const length = Math.min(model.spec.contextLength ?? 4096, 4096);
  draft.set("flopsPerToken", exact(forwardFlopsPerToken(model, length), "FLOP/token"));
  draft.step?.({
    quantity: "flopsPerToken",
    formula: "2·N_matmul + causal attention",
    inputs: { "sequence length": length },
    result: forwardFlopsPerToken(model, length),
    unit: "FLOP/token",
  });
}
