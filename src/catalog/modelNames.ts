/**
 * Reading a model's name as people write it: Hugging Face ids, quantised and instruct variants, names in trainers, registries, paths.
 *
 * A name becomes words: `meta-llama/Meta-Llama-3.1-8B-Instruct` and `llama3_1_8b` are both `llama 3 1 8b`. Words that change neither
 * the architecture nor the size are dropped on both sides. A match must account for every size the name states.
 */

/** Words that say how a model was tuned, stored or packed. */
const packaging = new Set(
  (
    "instruct chat it hf base meta fp8 fp16 bf16 fp32 fp4 nf4 awq gptq gguf ggml exl2 bnb nvfp4 mxfp4 int4 int8 eetq hqq aqlm " +
    "dynamic quantized dequantized quant unsloth thinking reasoning math coder sft dpo ppo grpo rlhf orpo kto simpo rm prm lora " +
    "qlora dora finetuned finetune finetuning ft tuned full model models preview latest experimental exp safetensors pytorch " +
    "mcore distributed single multi device text generation embedding reranker guard diffusers abliterated uncensored source " +
    "default original official v mlperf ckpt checkpoint checkpoints onnx mlx openvino neuron trt turbomind torchao autoround kv " +
    "bits bit gs128 g128 qat pt think tokenizer's"
  ).split(" "),
);

/** Parts of a model, or toys with its name: not the model. */
const otherThings =
  /tiny-?random|(?:^|[^a-z])(?:eagle\d?|medusa|speculator|draft|mmproj|controlnet|vae|autoencoder\w*|tokenizer)(?:$|[^a-z])|(?:^|[^a-z])mtp(?:$|[^a-z])/;

/** Words of another architecture or of more parts: beside a name that lacks them, it is another model. */
const otherArchitecture = new Set("flash vl vision audio omni ocr mamba recurrent moe linear diffusion".split(" "));

/** A model's name in words; empty for what is not a model. At most 24 words are kept. */
export function modelWords(text: string): readonly string[] {
  const plain = text.toLowerCase().replace(/\.(?:safetensors|gguf|bin|pth?|ckpt|nemo|json|ya?ml)$/, "");
  if (otherThings.test(plain)) return [];
  const words = plain
    .replace(/-v\d+:\d+$/, "")
    .replace(/^(?:[a-z]+\.)?(?:anthropic|openai|amazon|cohere)\./, "")
    .replace(/code[-_ ]llama/g, "codellama")
    .replace(/(?<![a-z])(?:iq|q)\d(?:[-_][a-z0-9]+)*$/, " ")
    .replace(/(?<![a-z0-9])(?:(?:b|nv|mx)?fp|bf|u?int|nf|bnb|hqq|exl)\d+(?![a-z0-9])/g, " ")
    // Context lengths.
    .replace(/(?<![a-z0-9])(?:\d+k|1m)(?![a-z0-9])/g, " ")
    .replace(/(?<=[a-z]{3})v(?=\d)/g, " ")
    .replace(/(?<![a-z0-9])w\d+a\d+(?:kv\d+)?(?![a-z0-9])/g, " ")
    .replace(/(?<![a-z0-9])\d+[-_ ]?bits?(?![a-z0-9])/g, " ")
    // `glm-4.5v` has eyes; `v0.1` is a version.
    .replace(/(?<=\d)v(?![a-z0-9])/g, "-vision")
    // Release dates: 2407, 0528, 1124, 20250401.
    .replace(/(?<![a-z0-9.])(?:20\d{6}|20[12]\d|2[3-6](?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])[0-3]\d)(?![a-z0-9])/g, " ")
    .match(/a\d+[bm](?![a-z])|\d+x\d+b(?![a-z])|\d+[bm](?![a-z])|\d+|[a-z]+/g);
  return (words ?? []).filter((word) => !packaging.has(word)).slice(0, 24);
}

const isNumber = (word: string | undefined): boolean => word !== undefined && /^\d+$/.test(word);
const isSize = (word: string): boolean => /^(?:\d+x)?\d+[bm]$/.test(word) || /^a\d+[bm]$/.test(word);

/** Sizes in parameters that words state, `0 5b` read as 0.5 B. */
function sizesOf(words: readonly string[]): number[] {
  return words.flatMap((word, index) => {
    if (!isSize(word) || word.startsWith("a") || word.includes("x")) return [];
    const before = words[index - 1];
    const unit = word.endsWith("m") ? 1e6 : 1e9;
    const whole = Number(word.slice(0, -1)) * unit;
    if (!isNumber(before)) return [whole];
    return [whole, Number(`${before}.${word.slice(0, -1)}`) * unit];
  });
}

/** A version that continues (`3` in `3 7`), or one that the name found does not have (`grok` in `grok 2`). */
function goesOn(found: readonly string[], [next, afterNext]: readonly string[]): boolean {
  if (!isNumber(next) || (next?.length ?? 0) > 2) return false;
  if (isNumber(found.at(-1))) return true;
  // `0 6b` is a size.
  return !found.some((word) => /\d/.test(word)) && !(afterNext !== undefined && isSize(afterNext));
}

export interface WordMatch<T> {
  readonly value: T;
  /** Every word is accounted for. */
  readonly whole: boolean;
}

/** Names in words, for looking up whole names and names inside longer ones. */
export class ModelNames<T extends { readonly parameters?: number }> {
  private readonly byWords = new Map<string, T>();
  private readonly leading = new Set<string>();
  private longest = 0;

  /** The first name wins. A `leading` name counts only at the start of a longer one. */
  add(name: string, value: T, leading = false): void {
    const words = modelWords(lastSegments(name)[0] ?? name);
    const key = words.join(" ");
    if (key === "" || this.byWords.has(key)) return;
    this.byWords.set(key, value);
    if (leading) this.leading.add(key);
    this.longest = Math.max(this.longest, words.length);
  }

  find(name: string): WordMatch<T> | undefined {
    for (const segment of lastSegments(name)) {
      const words = modelWords(segment);
      const match = this.match(words);
      if (match) return match;
    }
    return undefined;
  }

  private match(words: readonly string[]): WordMatch<T> | undefined {
    for (let length = Math.min(words.length, this.longest); length > 0; length--)
      for (let start = 0; start + length <= words.length; start++) {
        const found = words.slice(start, start + length);
        const key = found.join(" ");
        const value = this.byWords.get(key);
        if (value === undefined || (start > 0 && this.leading.has(key))) continue;
        const before = words.slice(0, start);
        const after = words.slice(start + length);
        if (before.length === 0 && after.every(isNumber) && !goesOn(found, after)) return { value, whole: true };
        // `stable diffusion 3 7` is not version 3.
        const sizes = sizesOf([...before, ...after]);
        const agrees =
          sizes.length === 0 || sizes.some((size) => value.parameters && Math.abs(size / value.parameters - 1) < 0.2);
        const another = [...before, ...after].some((word) => otherArchitecture.has(word));
        if (!goesOn(found, after) && agrees && !another) return { value, whole: false };
      }
    return undefined;
  }
}

/** The parts of a path, registry address or id that may be the model's name, likeliest first. */
export function lastSegments(name: string): readonly string[] {
  const text = (name.replace(/\([^)]*\)/g, " ").split(/[;|,]|\s\+\s/)[0] ?? "").trim().slice(0, 300);
  const registered = /\/models\/([^/]+)\/(?:versions|labels)\//.exec(text)?.[1];
  if (registered) return [registered];
  const parts = text
    .replace(/^[a-z0-9+.-]+:\/\//i, "/")
    .replace(/--/g, "/")
    .split(/[/\\]+/)
    .filter((part) => part !== "" && part !== "." && part !== "~");
  const path = /^(?:[/~.]|[a-z]:[\\/]|[a-z0-9+.-]+:\/\/)/i.test(text) || parts.length > 2;
  // `org/name` is one name; in a path the folder above may name the model.
  return path ? parts.slice(-4).reverse() : parts.slice(-1);
}
