/** Number formats as configuration files write them (`bf16-mixed`, `amp_bf16`, `half`, `bnb.nf4`, `fp8_e4m3`). */
import type { Precision } from "../../core/precision";

const spellings: readonly (readonly [RegExp, Precision])[] = [
  [/^(nvfp4|mxfp4|fp4|float4|fp4-dq|bnb\.fp4(-dq)?|fp4_e2m1|bitsandbytes-fp4|w4a4|modelopt_fp4|nvfp4_.*)$/, "fp4"],
  [/^(nf4|nf4-dq|bnb\.nf4(-dq)?|bitsandbytes(-nf4)?|bnb|bnb_4bit|bnb-4bit|normalfloat4|qlora)$/, "nf4"],
  [
    /^(int4|uint4|4|4-?bit|awq|awq_marlin|gptq|gptq_marlin|int4_awq|w4a16(_awq)?|w4a8(_awq)?|w4afp8|int4wo|int4_weight_only|q4_[a-z0-9_]+|quint4|uint4b8)$/,
    "int4",
  ],
  [
    /^(int8|uint8|8|8-?bit|bnb\.int8(-training)?|int8-training|w8a8(_sq.*)?|w8a16|int8_sq|int8wo|smooth_?quant|qint8|q8_0)$/,
    "int8",
  ],
  [
    /^(fp8(_kv|_e4m3|_e5m2|_rowwise|-?hybrid|_hybrid|-delayed|-.*)?|float8(_.*|wo)?|e4m3|e5m2|amp_fp8|mxfp8|qfloat8|w8a8_fp8|fp8_w8a8|transformer-engine(-float16)?|fp8_block_scaling|fbgemm_fp8|ptpc_fp8|modelopt)$/,
    "fp8",
  ],
  [/^(bf16|bfloat16|bf16[-_](mixed|true|full)|amp_bf16|torch\.bfloat16|bf16_with_.*|bf16-.*)$/, "bf16"],
  [/^(16|fp16|float16|half|16[-_](mixed|true)|fp16[-_](mixed|true|full)|amp_fp16|torch\.float16|f16)$/, "fp16"],
  [/^(tf32|tensorfloat32)$/, "tf32"],
  [/^(32|fp32|float32|float|32[-_]true|fp32[-_]true|amp_fp32|torch\.float32|f32|full)$/, "fp32"],
];

/** The precision a value names; undefined for `auto` and anything unknown. */
export function parsePrecision(value: unknown): Precision | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value).trim().toLowerCase();
  if (text === "" || text.length > 40) return undefined;
  for (const [pattern, precision] of spellings) if (pattern.test(text)) return precision;
  return undefined;
}

/** Format of the stored weights that a model's name announces (`…-GPTQ`, `…-bnb-4bit`, `…-FP8`). */
export function precisionInName(name: string): Precision | undefined {
  const text = name.toLowerCase().slice(-200);
  if (/(?:^|[-_./])(?:nvfp4|mxfp4|fp4)(?![a-z0-9])/.test(text)) return "fp4";
  if (/bnb-?4bit|bnb-nf4|(?:^|[-_])nf4(?![a-z0-9])/.test(text)) return "nf4";
  if (/(?:^|[-_])(?:awq|gptq(?:-int4)?|int4|4bit|w4a16|q4_[0k][a-z_]*)(?![a-z0-9])/.test(text)) return "int4";
  if (/(?:^|[-_])(?:int8|8bit|w8a8|q8_0|gptq-int8)(?![a-z0-9])/.test(text)) return "int8";
  if (/(?:^|[-_])fp8(?![a-z0-9])/.test(text)) return "fp8";
  return undefined;
}
