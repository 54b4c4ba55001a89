/** Accelerators as configuration files ask for them: `H100:8`, `tpu-v5e-8`, `48GB`, Kubernetes resource keys and node labels. */

/** What a text asks for. Memory alone (`48GB`) leaves the name open. */
export interface AcceleratorRequest {
  readonly name?: string;
  /** Of one node; undefined where only a range or nothing is given. */
  readonly count?: number;
  readonly countRange?: { readonly low: number; readonly high: number };
  /** GB of one accelerator, at least. */
  readonly memory?: number;
}

/** Container resources that are whole or shared accelerators. */
const resourceKey =
  /^(nvidia\.com\/(gpu(\.shared)?|mig-\d+g\.\d+gb(\.\w+)?|pgpu)|(alpha\.kubernetes\.io\/nvidia-gpu)|amd\.com\/gpu|gpu\.intel\.com\/(i915|xe)|google\.com\/tpu|aws\.amazon\.com\/neuron(core|device)?|habana\.ai\/gaudi|huawei\.com\/ascend\S*|cambricon\.com\/\S+|hygon\.com\/dcu|iluvatar\S*\/gpu|metax-tech\.com\/gpu|mthreads\.com\/gpu)$/i;

export const isAcceleratorResource = (key: string): boolean => key.length < 60 && resourceKey.test(key);

/** Strings of which one occurs in every text with such a key. */
export const resourceAnchors: readonly string[] = [
  "nvidia.com/gpu:",
  'nvidia.com/gpu"',
  "nvidia.com/gpu.shared",
  "nvidia.com/mig-",
  "nvidia-gpu:",
  "amd.com/gpu",
  "gpu.intel.com/",
  "google.com/tpu",
  "aws.amazon.com/neuron",
  "habana.ai/gaudi",
  "huawei.com/",
];

/** Whole accelerators per unit of a resource: a MIG slice is some sevenths of one, a NeuronCore half a device. */
export function shareOfResource(key: string): { readonly share: number; readonly note?: string } {
  const mig = /mig-(\d)g\.(\d+)gb/i.exec(key);
  if (mig) return { share: Number(mig[1]) / 7, note: `MIG slice of ${mig[1]}/7` };
  if (/gpu\.shared$/i.test(key))
    return { share: 1, note: "shared in turns; how many share it is not stated: counted whole" };
  if (/neuroncore$/i.test(key)) return { share: 1 / 2, note: "2 NeuronCores per device" };
  return { share: 1 };
}

/** TPU names of Google's node labels and short forms, in the catalogue's spelling; anything else as it is. */
export function acceleratorName(text: string): string {
  const trimmed = text.trim();
  const lower = trimmed.toLowerCase();
  const tpu =
    /^(?:tpu-?)?v(\d+)(?:[-_]?(lite|lite-podslice|litepod|e|p|i))?(?:[-_]?(?:podslice|slice|device))?(?:-\d+)?$/.exec(
      lower,
    );
  if (tpu && (lower.startsWith("tpu") || /litepod|^v\d+[ep]?-\d+$/.test(lower))) {
    const suffix = tpu[2] === undefined ? "" : tpu[2].startsWith("lite") ? "e" : tpu[2];
    return `TPU-v${tpu[1]}${suffix}`;
  }
  if (/^tpu7x?(-|$)/.test(lower)) return "TPU-v7";
  return trimmed;
}

const memoryOnly = /^(\d+(?:\.\d+)?)\s*(?:gb|gib|g)\+?$/i;
const counts = /^(\d{1,5})(?:\s*\.\.\s*(\d{1,5})?)?$|^\.\.\s*(\d{1,5})$/;

/**
 * SkyPilot's and dstack's way: `H100:8`, `A100-80GB:4`, `nvidia:H100:2`, `24GB:2`, `16GB..24GB`, `1..8`, `H100:4..8`,
 * `v5litepod-8`, `tpu-v6e-16`. A name alone is one accelerator; `null` and empty text nothing.
 */
export function parseAccelerators(text: string): AcceleratorRequest | undefined {
  const request: { name?: string; count?: number; countRange?: { low: number; high: number }; memory?: number } = {};
  for (const raw of text.trim().split(/[:,]/)) {
    const part = raw.trim();
    if (part === "" || /^(null|none|~)$/i.test(part)) continue;
    const range = counts.exec(part);
    const memory = memoryOnly.exec(part.split("..")[0] as string);
    if (range) {
      const low = Number(range[1] ?? 1);
      const high = range[2] ?? range[3];
      if (part.includes("..")) request.countRange = { low, high: Number(high ?? low) };
      else request.count = low;
    } else if (memory) request.memory = Number(memory[1]);
    else if (/^\d+(\.\d+)?$/.test(part)) request.count = Number(part);
    else if (!/^(nvidia|amd|google|intel|tpu|gpu|any|tenstorrent)$/i.test(part) || request.name !== undefined)
      request.name ??= part;
  }
  const slice = /^(?:tpu-)?v\d+\w*-(\d{1,5})$/i.exec(request.name ?? "");
  if (slice) request.count ??= chipsOfSlice(request.name as string, Number(slice[1]));
  if (request.name !== undefined) request.name = acceleratorName(request.name);
  if (request.name === undefined && request.count === undefined && !request.countRange && request.memory === undefined)
    return undefined;
  if (request.countRange && request.count === undefined && request.countRange.low === request.countRange.high)
    request.count = request.countRange.low;
  if (request.count === undefined && !request.countRange) request.count = 1;
  return request;
}

/** Generations up to v4 and v5p are named by cores, two of a chip; v5e and v6e by chips (docs.cloud.google.com/tpu, 2025). */
const chipsOfSlice = (name: string, size: number): number => (/v[234]-|v5p-/i.test(name) && size > 1 ? size / 2 : size);

/** Chips in a TPU topology: `4x4` 16, `2x2x2` 8. */
export function chipsInTopology(text: string): number | undefined {
  if (!/^\d{1,4}(x\d{1,4}){1,2}$/.test(text.trim())) return undefined;
  return text
    .trim()
    .split("x")
    .reduce((product, side) => product * Number(side), 1);
}

/** Instance types of the clouds, told by their shape: `p5.48xlarge`, `ml.g5.8xlarge`, `Standard_NC24ads_A100_v4`, `a2-highgpu-8g`. */
const instanceShape =
  /^(?:ml\.)?(?:p\d\w*|g\d\w*|trn\d\w*|inf\d|dl\d\w*|hpc\d\w*|vt\d|[cmrtxuizd]\d\w*)\.(?:nano|micro|small|medium|metal|\d*x?large|metal-\d+xl|ultraserver)\S{0,8}$|^standard_[a-z]+\d+\w*$|^[a-z]\d[a-z]?-(?:standard|highmem|highcpu|highgpu|megagpu|ultragpu|ultraslim|maxgpu|medium|edgegpu|hightpu|micro|small|ultramem)\S{0,14}$|^ct\d\w*-\w+-\d+t$|^bm\.gpu\S*$|^vm\.gpu\S*$|^gpu_\d+x_\S+$|^gd-\S+$/i;

export const isInstanceType = (text: string): boolean => text.length < 60 && instanceShape.test(text.trim());

/** Instance types that carry accelerators, by their family's name alone. */
const acceleratedShape =
  /^(?:ml\.)?(?:p[2-9]\w*|g[2-9]\w*|trn\d\w*|inf\d|dl\d\w*|vt1)\.|^standard_n[cdvg]|^(?:a2|a3|a4|a4x|g2|g4)-|^ct\d|gpu|^gd-/i;
export const isAcceleratedInstance = (text: string): boolean =>
  isInstanceType(text) && acceleratedShape.test(text.trim());
