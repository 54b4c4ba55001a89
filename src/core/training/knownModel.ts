/** Models whose dimensions can be reckoned with. */
import type { Draft } from "../draft";
import { type Architecture, resolveModel } from "../model/architecture";
import { forwardFlopsPerToken } from "../model/flops";
import type { ModelReference } from "../workload";

/** Resolves a model; undefined, with a note, where dimensions are missing or beyond sense (less than one layer, no width). */
export function knownModel(
  reference: ModelReference | undefined,
  draft: Draft,
  field = "model",
): Architecture | undefined {
  if (reference === undefined) return undefined;
  const model = resolveModel(reference, draft, field);
  const flops = model === undefined ? Number.NaN : forwardFlopsPerToken(model, 1);
  if (
    model !== undefined &&
    model.spec.layers >= 1 &&
    model.spec.hiddenSize >= 1 &&
    model.spec.attentionHeads >= 1 &&
    model.spec.headDimension >= 1 &&
    model.parameters >= 1e3 &&
    model.count.embedding + model.count.head <= model.parameters &&
    model.parameters < 1e18 &&
    flops >= 1 &&
    flops < 1e20
  )
    return model;
  draft.note(`neither dimensions nor a size of the ${field} are known`);
  return undefined;
}
