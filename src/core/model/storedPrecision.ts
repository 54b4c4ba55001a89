/** The number format that a Hugging Face config states for its stored weights. */
import type { Precision } from "../precision";
import { type Config, flag, isObject, languagePart, number, own, string } from "./configReading";

/** Number format of the stored weights: `quantization_config` first, then `torch_dtype`. */
export function storedPrecision(root: Config): Precision | undefined {
  const quantization = own(root, "quantization_config") ?? own(languagePart(root), "quantization_config");
  if (isObject(quantization)) {
    const method =
      `${string(quantization, "quant_method") ?? ""} ${string(quantization, "quant_algo") ?? ""} ${string(quantization, "format") ?? ""}`.toLowerCase();
    const bits = number(quantization, "bits", "w_bit", "num_bits");
    if (/nvfp4|mxfp4|fp4/.test(method)) return "fp4";
    if (flag(quantization, "load_in_4bit", "_load_in_4bit") === true)
      return string(quantization, "bnb_4bit_quant_type") === "nf4" ? "nf4" : "int4";
    if (bits === 4 || /awq|gptq|pack-quantized/.test(method)) return bits === 8 ? "int8" : "int4";
    if (/fp8|float-quantized/.test(method)) return "fp8";
    if (bits === 8 || flag(quantization, "load_in_8bit", "_load_in_8bit") === true || /int8|int-quantized/.test(method))
      return "int8";
  }
  const dtype = string(root, "torch_dtype") ?? string(root, "dtype") ?? string(languagePart(root), "torch_dtype");
  switch (dtype?.replace(/^torch\./, "")) {
    case "bfloat16":
      return "bf16";
    case "float16":
    case "half":
      return "fp16";
    case "float32":
    case "float":
      return "fp32";
    case "float8_e4m3fn":
      return "fp8";
    default:
      return undefined;
  }
}
