/** Number formats of the matrix multiplications and of stored weights and caches. */
export const precisions = ["fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", "int4", "nf4"] as const;
export type Precision = (typeof precisions)[number];

/**
 * Bits per stored weight, scales included: block scales add 0.5 (MXFP4/NVFP4/GPTQ groups of 32…128), NF4 with double quantisation
 * 0.127 (QLoRA, arXiv 2305.14314).
 */
export const weightBits: Readonly<Record<Precision, number>> = {
  fp32: 32,
  tf32: 32,
  bf16: 16,
  fp16: 16,
  fp8: 8,
  int8: 8,
  fp4: 4.5,
  int4: 4.5,
  nf4: 4.127,
};
