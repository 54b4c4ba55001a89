import type { ModelSpec } from "../../core/model/specification";
import { dialectFrom } from "../readers/dialect";
import { modelFileName } from "../readers/modelNames";
import { entryLike, hasKey, type Reading } from "../readers/reading";
import type { Recognized } from "../recognized";

export const diffusers = dialectFrom({
  id: "diffusers",
  title: "Diffusers component and model_index.json",
  anchors: ['"_diffusers_version"', '"_class_name"'],
  recognizes: (root) => {
    const name = entryLike(root, "_class_name")?.value;
    return (
      hasKey(root, "_diffusers_version") &&
      name?.type === "scalar" &&
      !/Scheduler|Processor|Tokenizer|Solver/.test(name.text)
    );
  },
  workloads: read,
  documentation: {
    recognizedBy: "`_class_name` with `_diffusers_version`",
    reads: "the pipeline's or component's class; blocks, heads and widths of diffusion transformers",
    limits: "an architecture alone; U-Nets and autoencoders are named, not counted; schedulers are left alone",
  },
});

function read(reading: Reading): Recognized {
  const type = reading.scalar("_class_name");
  const label = type?.text.slice(0, 80) ?? "diffusers";
  const stated = reading.textAt("_name_or_path");
  const named = modelFileName(reading.context.path, stated);
  const spec: ModelSpec = { ...dimensions(reading, label), name: named === undefined ? label : `${named} ${label}` };
  reading.put("model", spec, type);
  return reading.finish({ kind: "model", hints: false, name: named ?? label });
}

function dimensions(reading: Reading, type: string): ModelSpec {
  if (/UNet/.test(type)) return { backbone: "unet" };
  if (!/Transformer/.test(type)) return {};
  const heads = reading.numberAt("num_attention_heads");
  const width = reading.numberAt("attention_head_dim");
  const layers = reading.numberAt("num_layers");
  const single = reading.numberAt("num_single_layers");
  const patch = reading.numberAt("patch_size", "patch_size/1");
  return {
    backbone: "diffusionTransformer",
    ...(heads && width ? { hiddenSize: heads * width, attentionHeads: heads, headDimension: width } : {}),
    ...(layers ? { layers: layers + (single ?? 0) } : {}),
    denoiser: {
      ...(layers && (single !== undefined || /SD3|MMDiT|QwenImage/.test(type))
        ? { doubleBlocks: layers }
        : layers
          ? { crossBlocks: layers }
          : {}),
      ...(single ? { singleBlocks: single } : {}),
      ...(patch ? { patchSize: patch } : {}),
    },
  };
}
