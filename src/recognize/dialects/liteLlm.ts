import { dialectFrom } from "../readers/dialect";
import { hasKey, nodeAt, type Reading } from "../readers/reading";
import type { Recognized } from "../recognized";

export const liteLlm = dialectFrom({
  id: "liteLlm",
  title: "LiteLLM proxy",
  anchors: ["litellm_params"],
  recognizes: (root) => {
    const list = nodeAt(root, "model_list");
    return list?.type === "sequence" && list.items.some((item) => hasKey(item, "litellm_params"));
  },
  workloads: (reading) =>
    reading
      .each("model_list")
      .slice(0, 100)
      .flatMap((entry) => read(entry) ?? []),
  documentation: {
    recognizedBy: "`model_list[].litellm_params`",
    reads: "provider and model of each route, so that its token prices show; `rpm` and `tpm` as remarks",
    limits:
      "how often a route is called is not in the file; wildcards and self-hosted routes (`hosted_vllm/`, `ollama/`) have no price",
  },
});

const selfHosted =
  /^(hosted_vllm|vllm|ollama|ollama_chat|llamafile|lm_studio|xinference|triton|openai_like|oobabooga|petals|custom)$/i;

function read(reading: Reading): Recognized | undefined {
  const from = reading.scalar("litellm_params/model");
  if (!from || from.text.includes("*") || from.text.endsWith("/")) return undefined;
  const slash = from.text.indexOf("/");
  const provider = slash > 0 ? from.text.slice(0, slash) : undefined;
  if (provider && selfHosted.test(provider)) return undefined;
  reading.put("model", slash > 0 ? from.text.slice(slash + 1) : from.text, from);
  if (provider) reading.put("provider", provider, from);
  for (const [key, words] of [
    ["rpm", "requests a minute at most"],
    ["tpm", "tokens a minute at most"],
  ] as const) {
    const limit = reading.numberAt(`litellm_params/${key}`, key);
    if (limit !== undefined && limit > 0) reading.note(`${limit} ${words}`);
  }
  return reading.finish({ kind: "api", hints: false, ...name(reading) });
}

const name = (reading: Reading): { name?: string } => {
  const text = reading.textAt("model_name");
  return text === undefined ? {} : { name: text.slice(0, 120) };
};
