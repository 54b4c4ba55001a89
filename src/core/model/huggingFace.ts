/** Hugging Face `config.json` objects as model specifications. */
import type { ModelSpec } from "./specification";

/** True for an object that looks like a Hugging Face config (any family). */
export function isHuggingFaceConfig(_value: unknown): _value is Readonly<Record<string, unknown>> {
  return false;
}

/** Dimensions of a config of any family (decoder, MoE, MLA, VLM with text_config, encoder-decoder, GPT-2 names). */
export function fromHuggingFace(_config: Readonly<Record<string, unknown>>): ModelSpec {
  return {};
}
