/** The constants of each law as tables: value and meaning. */
import imageCalibration from "../src/core/image/constants.json";
import inferenceCalibration from "../src/core/inference/constants.json";
import { trainingCalibration } from "../src/core/training/constants";
import { memoryConstants as memory } from "../src/core/training/memoryConstants";
import { shown, table } from "./methodTables";

const t = trainingCalibration.constants;
const inference = inferenceCalibration.constants;
const image = imageCalibration.constants;
const us = (seconds: number): string => `${shown(seconds * 1e6)} µs`;

export const trainingConstants = table(
  ["constant", "value", "meaning"],
  [
    ["`matmul`", shown(t.matmul), "share of the largest measured matrix rate that a model's multiplications reach"],
    [
      "`memoryVendor`, `memoryCompiled`, `memoryTypical`",
      [t.memoryVendor, t.memoryCompiled, t.memoryTypical].map(shown).join(", "),
      "bytes moved per activation element, by stack: the chip maker's, compiled PyTorch, others",
    ],
    ["`headBytes`", shown(t.headBytes), "bytes per vocabulary entry and token: logits and loss"],
    [
      "`attentionAmpere`, `…Hopper`, `…HopperCompiled`, `…HopperVendor`, `…Blackwell`",
      [t.attentionAmpere, t.attentionHopper, t.attentionHopperCompiled, t.attentionHopperVendor, t.attentionBlackwell]
        .map(shown)
        .join(", "),
      "attention kernel's rate on long sequences over the 16-bit matrix rate",
    ],
    ["`attentionHalf`", shown(t.attentionHalf), "tokens at which the attention kernel reaches half of it"],
    ["`narrowExperts`", shown(t.narrowExperts), "expert width at which its multiplications run at half the rate"],
    ["`expertLaunch`", `${shown(t.expertLaunch * 1e3)} ms`, "launches and routing per expert layer and micro-batch"],
    ["`vendorPass`", `${shown(t.vendorPass * 1e3)} ms`, "launches of one pass over a dense layer on makers' stacks"],
    [
      "`tensorExposed`, `shardExposed`, `dataExposed`",
      [t.tensorExposed, t.shardExposed, t.dataExposed].map(shown).join(", "),
      "share of each kind of traffic that work does not hide",
    ],
    ["`scale`", shown(t.scale), "slow-down per doubling beyond 8 accelerators"],
    [
      "`software`, `softwareTpu`",
      [t.software, t.softwareTpu].map(shown).join(", "),
      "rate of parts that are not NVIDIA's, relative: AMD's, Intel's and others; TPUs on Google's own stack",
    ],
    [
      "`goodputVendor`, `goodputTypical`",
      [t.goodputVendor, t.goodputTypical].map(shown).join(", "),
      "share of a run's hours at the steady rate: named tuned stack; published runs at large",
    ],
    ["`rolloutTrain`", shown(t.rolloutTrain), "training in a sampling loop over plain training, per token"],
    ["`rolloutLayer`", us(t.rolloutLayer), "latency per layer and decode step when sampling"],
    ["`rolloutTail`", shown(t.rolloutTail), "decode steps over the mean length: the longest answers hold up a batch"],
    [
      "`rolloutFixed`",
      `${shown(t.rolloutFixed)} s`,
      "moving weights, rewards, book-keeping per step at 30 B parameters, with the root of the size",
    ],
  ],
);

export const memoryTable = table(
  ["constant", "value", "meaning"],
  [
    ["`allocator`", shown(memory.allocator), "reserved over alive where lengths vary"],
    ["`liveLayers`", shown(memory.liveLayers), "recomputed layers alive at once"],
    [
      "`selectiveShare`",
      shown(memory.selectiveShare),
      "share of a layer's activations that selective checkpointing keeps",
    ],
    ["`unpackedLayers`", shown(memory.unpackedLayers), "layers of a quantised base unpacked to 16 bit at once"],
    [
      "`quantizedOnDevice`",
      `${shown(memory.quantizedOnDevice)} B`,
      "per parameter, left reserved where the device quantises",
    ],
    [
      "`buffers`, `offloadBuffers`",
      `${shown(memory.buffers)}, ${shown(memory.offloadBuffers)} GB`,
      "communication with more than one device; pinned copies with offload",
    ],
    [
      "`bucketElements`",
      shown(memory.bucketElements),
      "elements of a bucket of DeepSpeed's stages 1 and 2, of which 4.5 times two are held",
    ],
    ["`liveParameters`", shown(memory.liveParameters), "parameters that DeepSpeed's stage 3 keeps gathered"],
    [
      "`colocatedShare`",
      shown(memory.colocatedShare),
      "share of the device that a sampling engine beside its trainer fills",
    ],
    ["`context`", `${shown(memory.context)} GB`, "driver; counted when asking whether it fits, not in the figure"],
  ],
);

export const engines = table(
  ["engine", "per layer", "per sequence", "all-reduce per layer", "share of the matrix rate when reading"],
  Object.entries(inference.engines).map(([name, e]) => [
    `\`${name}\``,
    us(e.layer),
    us(e.sequence),
    us(e.allReduce),
    shown(e.prefill),
  ]),
);

export const generations = table(
  ["generation", "bandwidth", "matrix rate", "power while serving, before work"],
  (["volta", "ampere", "ada", "hopper", "blackwell", "cdna3", "tpu", "apple"] as const).map((name) => [
    name,
    shown(inference.bandwidth[name]),
    shown(inference.matmul[name]),
    shown(inference.power.serving[name]),
  ]),
);

export const inferenceConstants = table(
  ["constant", "value", "meaning"],
  [
    [
      "`cacheRead`, `expertRead`",
      `${shown(inference.cacheRead)}, ${shown(inference.expertRead)}`,
      "rate of cache and expert reads over that of dense weights",
    ],
    [
      "`expertRows`, `expertWidth`",
      `${shown(inference.expertRows)}, ${shown(inference.expertWidth)}`,
      "rows an expert computes at least; width at which it runs at half the rate",
    ],
    [
      "`routing`",
      shown(inference.routing),
      "independent draws per token when experts are chosen: neighbours choose alike",
    ],
    [
      "`matmul8`, `matmul4`",
      `${shown(inference.matmul8)}, ${shown(inference.matmul4)}`,
      "8- and 4-bit multiplications: share of their peak over the 16-bit share",
    ],
    [
      "`overlap`",
      shown(inference.overlap),
      "p of the norm that joins memory and compute: 1 adds, infinity is a roofline",
    ],
    ["`link`", shown(inference.link), "share of the link's one-way rate that collectives reach"],
    ["`bubble`", shown(inference.bubble), "time added per pipeline stage"],
    ["`residentOutput`", shown(inference.residentOutput), "share of an answer in the cache when capacity is counted"],
    [
      "`batchCap`, `batchCapGrowth`",
      `${shown(inference.batchCap)}, ${shown(inference.batchCapGrowth)}`,
      "sequences that schedulers hold when nothing limits them; growth with the group",
    ],
    [
      "`power.busy`, `.memory`, `.compute`",
      [inference.power.busy, inference.power.memory, inference.power.compute].map(shown).join(", "),
      "shares of TDP at full duty, full bandwidth, full compute",
    ],
    [
      "`power.memoryExponent`, `.computeExponent`",
      `${shown(inference.power.memoryExponent)}, ${shown(inference.power.computeExponent)}`,
      "curvature of the two",
    ],
  ],
);

export const imageConstants = table(
  ["generation", "matrix share of peak", "attention share", "pJ per FLOP", "power ceiling (of TDP)"],
  (["hopper", "blackwell", "ampere", "workstation", "ada", "cdna", "tpu"] as const).map((name) => [
    name,
    shown(image[name].linear),
    shown(image[name].attention),
    shown(image[name].perFlop),
    shown(image[name].ceiling),
  ]),
);

export const imageEngines = table(
  ["engine", "multiplication", "attention", "traffic", "launches"],
  (["compile", "static"] as const).map((name) => [
    name === "compile"
      ? "compiled (torch.compile, XLA, engines with fused kernels)"
      : "static (TensorRT, OneDiff, stable-fast)",
    shown(image[name].linear),
    shown(image[name].attention),
    shown(image[name].memory),
    shown(image[name].launch),
  ]),
);
