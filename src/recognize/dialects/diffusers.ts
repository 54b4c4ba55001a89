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
  const named = modelFileName(
    pipelinePath(reading.context.path),
    stated === undefined ? undefined : folderOfPart(stated),
  );
  const spec: ModelSpec = { ...dimensions(reading, label), name: named === undefined ? label : `${named} ${label}` };
  reading.put("model", spec, type);
  return reading.finish({ kind: "model", hints: false, name: named ?? label });
}

/** Folders of a pipeline's parts: the model is called after the folder around them. */
const part =
  /\/(?:transformer(?:_2)?|unet|prior|decoder|vae|vqvae|text_encoder(?:_\d)?|controlnet|image_encoder)(?=\/|$)/;
const folderOfPart = (name: string): string => name.replace(new RegExp(`${part.source}\\/?$`), "");
const pipelinePath = (path: string): string =>
  path.replace(/\/model_index\.json$/, "/config.json").replace(new RegExp(`${part.source}(?=\\/[^/]*$)`), "");

/**
 * Parameters of a diffusion transformer's blocks, in squares of its width: 36 a double block (two streams of attention 4, MLP 8 and
 * modulation 6), 15 a single block (12 and modulation 3; MMDiT, arXiv 2403.03206, and diffusers, transformer_flux.py), 8 and the MLP a block with cross-attention.
 */
function blockParameters(width: number, double: number, single: number, cross: number, feedForward: number): number {
  return width * width * (36 * double + 15 * single + 8 * cross) + 2 * width * feedForward * cross;
}

function dimensions(reading: Reading, type: string): ModelSpec {
  if (/UNet/.test(type)) return { backbone: "unet" };
  if (!/Transformer/.test(type)) return {};
  const heads = reading.numberAt("num_attention_heads");
  const width = reading.numberAt("attention_head_dim");
  const layers = reading.numberAt("num_layers");
  const single = reading.numberAt("num_single_layers");
  const patch = reading.numberAt("patch_size", "patch_size/1");
  const joint = single !== undefined || /SD3|MMDiT|QwenImage/.test(type);
  const inner = heads && width ? heads * width : undefined;
  const parameters =
    inner && layers
      ? blockParameters(
          inner,
          joint ? layers : 0,
          single ?? 0,
          joint ? 0 : layers,
          reading.numberAt("ffn_dim") ?? 4 * inner,
        )
      : undefined;
  return {
    backbone: "diffusionTransformer",
    ...(parameters ? { parameters } : {}),
    ...(inner && heads && width ? { hiddenSize: inner, attentionHeads: heads, headDimension: width } : {}),
    ...(layers ? { layers: layers + (single ?? 0) } : {}),
    denoiser: {
      ...(layers && joint ? { doubleBlocks: layers } : layers ? { crossBlocks: layers } : {}),
      ...(single ? { singleBlocks: single } : {}),
      ...(patch ? { patchSize: patch } : {}),
    },
  };
}
