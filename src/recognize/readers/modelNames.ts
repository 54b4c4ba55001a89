/**
 * Model ids out of what files hold instead of them: URIs, checkpoint folders, Python components, file names. The result is a name for
 * the catalogue to look up; nothing here decides which model it is.
 */

/** Path segments that say nothing of the model. */
const empty =
  /^(|\.|~|\.\.|model|models|weights?|checkpoints?|ckpts?|snapshots?|hub|hf|original|final|latest|main|output|outputs|results?|pretrained|merged|cache|data|mnt|tmp|root|home|workspace|huggingface|versions|labels|step|iter_?\d+|checkpoint[-_]\d+|global_step\d+|\d{1,3}|[0-9a-f]{32,64})$/i;

/**
 * A model's id from a value: `hf://org/name`, `azureml://…/models/<name>/versions/5`, `s3://bucket/models/<name>/`, `/path/<name>/`,
 * `models--org--name/snapshots/<hash>`, `org/name`. Undefined for sentences, templates and empty text.
 */
export function modelName(text: string): string | undefined {
  let value = text.trim().replaceAll("\\", "/");
  if (value === "" || value.length > 400 || /\s.*\s/.test(value) || /[{}\uE000]|\$\(/.test(value)) return undefined;
  if (/^(https?):\/\/(?!huggingface\.co|hf\.co)/i.test(value)) return undefined;
  value = value
    .replace(/^https?:\/\/(huggingface\.co|hf\.co)\//i, "")
    .replace(/^(hf|huggingface|oumi|modelscope):\/{0,2}/i, "");
  const cached = /models--([^/]+?)--([^/]+)/.exec(value);
  if (cached) return `${cached[1]}/${cached[2]}`;
  const registered = /^azureml:(?:\/\/.*?\/models\/)?([^/:]+)/i.exec(value);
  if (registered?.[1]) return registered[1];
  const isPath = /^([./~$]|[a-z]:\/|[a-z][a-z0-9+]*:\/\/)/i.test(value);
  const segments = value
    .replace(/^[a-z][a-z0-9+]*:\/\//i, "")
    .split("/")
    .filter((s) => s !== "");
  if (!isPath && segments.length <= 2) return value.includes("$") ? undefined : value.replace(/\/$/, "");
  while (segments.length > 1 && (empty.test(segments.at(-1) as string) || (segments.at(-1) as string).includes("$")))
    segments.pop();
  const last = (segments.at(-1) ?? "").replace(/\.(safetensors|ckpt|bin|pth?|nemo|gguf|sft|distcp)$/i, "");
  if (last.includes("$") || empty.test(last)) return undefined;
  return last;
}

const family =
  "(?:meta-)?llama|tinyllama|codellama|llava|qwen|qwq|mi[sx]tral|codestral|ministral|magistral|gemma|phi|gpt|deepseek|dsv\\d|falcon|pythia|olmoe?|mpt|dbrx|glm|chatglm|kimi|moonlight|nemotron|granite|smol(?:lm|vlm)|yi|roberta|deberta|bert|electra|mt5|t5|ul2|opt|bloom|starcoder|internvl|internlm|intern_vit|flux|sdxl|sd3|sd15|stable-?diffusion|wan|hunyuan|ltx|grok|command-r|aya|jamba|mamba|exaone|minicpm|minimax|zephyr|vicuna|baichuan|ernie|arcee|apertus|voxtral|pixtral|molmo|idefics|openmoe|retro|gpt-?oss|gpt-?neox?|seed-oss|mt-nlg|vit|clip|dino|whisper|hermes|solar|stories\\d|stablelm|redpajama|openllama|open_llama|h2o|lfm2?|ling|ring|step3";
const familyStart = new RegExp(`(?:^|[-_/.])(${family})(?![a-z])`, "i");
const familyAlone = new RegExp(`^(?:${family})`, "i");
const sizeToken = /^e?\d+([._p]\d+)?[bm]$|^\d+x\d+(\.\d+)?b$|^a\d+(\.\d+)?b$|^\d+e$/i;
const versionToken = /^v?\d+([._]\d+)*$|^\d{4}$/i;
const variantToken =
  /^(instruct|it|base|chat|hf|thinking|coder|vl|vision|math|large|small|base|mini|medium|maverick|scout|next|moe|turbo|distill|qwen|llama|super|ultra|nano|preview|exp|oss|neox|j|r1|v\d+(\.\d+)?|k\d|uncased|cased|whole|word|masking|awq|gptq|fp8|bnb|4bit|xl|xxl|dev|schnell|nemo)$/i;

/**
 * The model that a file's or folder's name speaks of: `llama3-1-405b-896gpus-a4-fp8` → `llama3-1-405b`; `pythia/12B.yml` →
 * `pythia-12B`. The file's own name goes before the folders, the nearest folder first.
 */
export function modelNameInPath(path: string): string | undefined {
  const parts = path.split("/").slice(-6);
  const file = (parts.pop() ?? "").replace(/\.(ya?ml|jsonc?)$/i, "").replace(/\.(config|conf|infra|v\d)$/i, "");
  const folders = parts.reverse();
  const bare = /^(\d+(?:[._-]\d+)?[bm])(?:$|[-_])/i.exec(file);
  if (bare?.[1]) {
    for (const folder of folders.slice(0, 2)) {
      const named = nameWithin(folder);
      if (named) return `${named}-${bare[1]}`;
    }
    return bare[1];
  }
  const own = nameWithin(file);
  if (own && /\d/.test(own)) return own;
  for (const folder of folders) {
    const named = nameWithin(folder);
    if (named && /\d/.test(named)) return named;
  }
  return own;
}

/** The longest run of name, version, size and variant tokens that starts at a family's name. */
function nameWithin(segment: string): string | undefined {
  if (segment.length > 160) return undefined;
  const start = familyStart.exec(segment);
  if (!start?.[1]) return undefined;
  const from = start.index + start[0].length - start[1].length;
  const rest = segment.slice(from);
  const tokens = rest.split(/([-_])/);
  let name = tokens[0] as string;
  let sized = /\d+(\.\d+)?b$/i.test(name);
  for (let i = 2; i < tokens.length; i += 2) {
    const token = tokens[i] as string;
    const isSize = sizeToken.test(token);
    const isPart = isSize || variantToken.test(token) || (versionToken.test(token) && !(sized && token.length < 3));
    const second = i === 2 && familyAlone.test(token);
    if (!isPart && !second) break;
    if (isSize && sized && !/^a/i.test(token)) break;
    name += `${tokens[i - 1]}${token}`;
    sized ||= isSize;
  }
  return name.length >= 2 ? name : undefined;
}

/** Size in billions of parameters that a name states (`8x7B` → the total is not known: undefined). */
export function billionsInName(name: string): number | undefined {
  const match = /(?:^|[-_/. (])(\d+(?:\.\d+)?)b(?![a-z0-9])/i.exec(name);
  const value = match?.[1] === undefined ? undefined : Number(match[1]);
  return value !== undefined && value > 0 && value < 1e5 ? value : undefined;
}

/** Name that a model file goes by: its `_name_or_path`-like value, else its folder, else its own file name. */
export function modelFileName(path: string, stated?: string): string | undefined {
  const fromField = stated === undefined ? undefined : modelName(stated);
  if (fromField && !empty.test(fromField)) return fromField;
  const parts = path.split("/");
  const file = (parts.pop() ?? "").replace(/\.(ya?ml|jsonc?)$/i, "");
  const stem = file.replace(/[-_.]?(config|params|model_info|model)$/i, "");
  if (stem !== "" && !/^(config|params|model)$/i.test(stem)) return stem;
  for (const folder of parts.reverse()) if (!empty.test(folder)) return folder;
  return undefined;
}
