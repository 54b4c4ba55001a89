import { dialectFrom } from "../readers/dialect";
import type { Cursor } from "../readers/facts";
import { hasKey, type Reading, scalarOf } from "../readers/reading";
import type { Recognized } from "../recognized";

export const promptfoo = dialectFrom({
  id: "promptfoo",
  title: "promptfoo",
  anchors: [/^(?:providers|targets):/, "promptfoo"],
  recognizes: (root) =>
    hasKey(root, "providers", "targets") && hasKey(root, "prompts", "tests", "scenarios") && hasProviders(root),
  workloads: (reading) => {
    const list = reading.find("providers") ?? reading.find("targets");
    const items = list?.isSequence ? list.items() : list ? [list] : [];
    return items.slice(0, 50).flatMap((item) => read(reading, item) ?? []);
  },
  documentation: {
    recognizedBy: "`prompts` or `tests` beside `providers` (or `targets`) that name a hosted model (`openai:…`)",
    reads: "one workload per provider: calls = prompts × tests × repeat, longest answer from `max_tokens`",
    limits: "tests and prompts kept in other files are not counted; the number of calls is then unknown",
  },
});

const known =
  /^(openai|azureopenai|azure|anthropic|bedrock|google|vertex|mistral|groq|cohere|replicate|together|togetherai|fireworks|openrouter|deepseek|xai|perplexity|cerebras|databricks|huggingface|ai21|cloudflare-ai|github|ollama|localai|vllm|http|https|webhook|python|exec|file|hyperbolic|sagemaker|watsonx|alibaba|aimlapi|litellm|nscale|novita|portkey)[:/]/i;

function hasProviders(root: Parameters<typeof hasKey>[0]): boolean {
  if (root?.type !== "mapping") return false;
  const node = root.entries.find((entry) => entry.key === "providers" || entry.key === "targets")?.value;
  const items = node?.type === "sequence" ? node.items : [node ?? null];
  return items.some((item) => {
    if (item?.type === "scalar") return known.test(item.text);
    if (item?.type !== "mapping") return false;
    return item.entries.some(
      (entry) =>
        known.test(entry.key) || (entry.key === "id" && entry.value?.type === "scalar" && known.test(entry.value.text)),
    );
  });
}

function read(outer: Reading, item: Cursor): Recognized | undefined {
  const only = item.isMapping && !item.has("id") ? item.entries()[0] : undefined;
  const id = item.isScalar ? item : only && known.test(only.key) ? only : item.get("id");
  const text = only && id === only ? only.key : scalarOf(id)?.text;
  if (!text || !known.test(text) || /^(https?|webhook|python|exec|file|ollama|localai|vllm):/i.test(text))
    return undefined;
  const reading = outer.on(item);
  const parts = text.split(/[:/]/);
  const provider = (parts[0] as string).toLowerCase();
  const model = text
    .slice(provider.length + 1)
    .replace(
      /^(chat|messages|completion|responses|assistant|embeddings|converse|moderation|realtime|text-generation|inference-profile):/i,
      "",
    );
  reading.put("model", model, id);
  reading.put("provider", provider, id);
  const config = only && id === only ? only.get("config") : item.get("config");
  for (const key of ["max_tokens", "max_new_tokens", "maxOutputTokens", "max_output_tokens", "max_completion_tokens"]) {
    const cursor = config.get(key).exists ? config.get(key) : config.get("inferenceConfig", key);
    const most = cursor.positive();
    if (most !== undefined)
      reading.put("outputTokens", most, cursor, { confidence: "medium", note: "the longest answer allowed" });
  }
  const calls = countCalls(outer);
  if (calls) reading.put("requests", calls.count, outer.find("tests"), { note: calls.note });
  return reading.finish({ kind: "api", hints: false });
}

/** Prompts × tests × repeat where all of them stand in the file. */
function countCalls(reading: Reading): { readonly count: number; readonly note: string } | undefined {
  const prompts = items(reading.find("prompts"));
  const tests = items(reading.find("tests"));
  if (!tests || tests.some((test) => test.isScalar) || (reading.has("prompts") && !prompts)) return undefined;
  const globs = prompts?.some(
    (prompt) => prompt.isScalar && /^file:\/\/.*[*]|\*\.(txt|json)$/.test(prompt.text() ?? ""),
  );
  if (globs) return undefined;
  const variants = tests.reduce((sum, test) => sum + variantsOf(test), 0);
  const repeat = Math.max(1, reading.numberAt("evaluateOptions/repeat") ?? 1);
  const count = Math.max(1, prompts?.length ?? 1) * variants * repeat;
  return {
    count,
    note: `${Math.max(1, prompts?.length ?? 1)} prompts × ${variants} tests${repeat > 1 ? ` × ${repeat} repeats` : ""}`,
  };
}

const items = (cursor: Cursor | undefined): Cursor[] | undefined => (cursor?.isSequence ? cursor.items() : undefined);

/** A variable that is a list makes one test per value. */
const variantsOf = (test: Cursor): number =>
  test
    .get("vars")
    .entries()
    .reduce((product, variable) => product * (variable.isSequence ? Math.max(1, variable.items().length) : 1), 1);
