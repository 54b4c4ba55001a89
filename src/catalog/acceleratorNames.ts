/**
 * Reading an accelerator's name as people write it: node labels, instance catalogues, `nvidia-smi`, benchmark tables.
 *
 * A name is read in three steps: the family (`h100`), then what narrows it (memory, form factor), then what changes the part itself
 * (a power cap, a slice, the memory of a unified-memory machine).
 */

interface Family {
  readonly pattern: RegExp;
  /** Catalogue ids, most common first. */
  readonly rows: readonly string[];
  /** A bare name means the first row: the others are rare or say so themselves. */
  readonly plain?: true;
}

const family = (pattern: string, rows: string, plain?: true): Family => ({
  pattern: new RegExp(`(?<![a-z0-9.])(?:${pattern})(?![a-z0-9])`),
  rows: rows.split(" "),
  ...(plain ? { plain } : {}),
});

/** Most specific first. Patterns see lower-case words separated by single blanks. */
const families: readonly Family[] = [
  // Machine types whose name is used for the accelerator.
  family("a3 megagpu|a3 highgpu|a3 edgegpu|a3 mega|a3 high|a3 edge", "h100-sxm"),
  family("a3 ultragpu|a3 ultra", "h200-sxm"),
  family("a4x", "gb200"),
  family("a4 highgpu", "b200"),
  family("a2 highgpu|a2 megagpu", "a100-sxm-40"),
  family("a2 ultragpu", "a100-sxm-80"),
  family("g2 standard", "l4"),
  // NVIDIA, data centre.
  family("gb300", "gb300"),
  family("gb200", "gb200"),
  family("b300", "b300"),
  family("b200", "b200"),
  family("b100", "b100"),
  family("gh200.* 480gb", "gh200-96"),
  family("gh200|grace hopper", "gh200-96 gh200-144"),
  family("h200(?: (?:pcie )?nvl)(?: .*)?|h200nvl", "h200-nvl"),
  family("h200(?:x\\d+)?", "h200-sxm h200-nvl", true),
  family("h100.* hbm2e.* ?500w|h100 96gb hbm2e.*", "h100-96-hbm2e-500w"),
  family("h100(?: .*)? (?:nvl|nvl94|94gb)|h100nvl", "h100-nvl"),
  family("h100(?: .*)? (?:pcie|pci e|hbm2e)|h100pcie", "h100-pcie"),
  family("h100(?: .*)? mega(?: .*)?|h100mega", "h100-sxm"),
  family("h100(?:x\\d+|sxm5?)?|hopper", "h100-sxm h100-pcie h100-nvl"),
  family("h800", "h800-sxm"),
  // The H20-3e has other memory.
  family("h20 ?(?:3e|e)|h20 141gb", "h20-3e"),
  family("h20", "h20"),
  // As the A100 of that form, but for its link.
  family("a800(?: .*)? pcie", "a100-pcie-80"),
  family("a800", "a800-sxm"),
  family("nvidia tesla a100", "a100-sxm-40"),
  family("a100 large", "a100-sxm-80"),
  family("a100(?:x\\d+|sxm4?)?|a100x?", "a100-sxm-80 a100-sxm-40 a100-pcie-80 a100-pcie-40"),
  family("a30", "a30"),
  family("a40", "a40"),
  family("a16", "a16"),
  family("a10g", "a10g"),
  family("a10", "a10"),
  family("l40s", "l40s"),
  family("l40g?", "l40"),
  family("l20", "l20"),
  family("l4", "l4"),
  family("l2", "l2"),
  family("dgx 1", "v100-sxm2-16 v100-sxm2-32"),
  family("dgx 2", "v100-sxm2-32"),
  family("v100(?: .*)? pcie", "v100-pcie-16 v100-pcie-32"),
  family("v100s", "v100-pcie-32"),
  family("v100(?: .*)? (?:sxm2?|sxm3)", "v100-sxm2-16 v100-sxm2-32"),
  family("nvidia tesla v100", "v100-sxm2-16"),
  family("v100(?:x\\d+)?", "v100-sxm2-16 v100-sxm2-32 v100-pcie-16 v100-pcie-32"),
  family("p100(?: .*)? sxm2?", "p100-sxm"),
  family("p100", "p100-pcie p100-sxm", true),
  family("p40", "p40"),
  family("p4", "p4"),
  family("k80", "k80"),
  family("m60", "m60"),
  family("t4g?", "t4"),
  // NVIDIA, workstation. The server edition is written "Server Edition", "SE" or "BSE".
  family("rtx ?pro ?6000.* max ?q.*", "rtxpro6000-maxq"),
  family("rtx ?pro ?6000.* (?:server|se|bse)(?: edition)?|rtx ?pro ?6000 ?b?se|rtx ?pro ?server 6000", "rtxpro6000-se"),
  // Google's name for it in the cloud, where only the server edition is.
  family("^nvidia rtx pro 6000$", "rtxpro6000-se"),
  family("rtx ?pro ?6000|rtxpro6000 blackwell", "rtxpro6000"),
  family("rtx ?pro ?5000", "rtxpro5000"),
  family("rtx ?pro ?4500", "rtxpro4500"),
  family("rtx ?pro ?4000", "rtxpro4000"),
  family("(?:rtx ?)?a?6000 ?ada", "rtx6000ada"),
  family("(?:rtx )?5000 ?ada|rtx5000 ?ada", "rtx5000ada"),
  family("(?:rtx )?4500 ?ada|rtx4500 ?ada", "rtx4500ada"),
  family("(?:rtx )?4000 ?sff ?ada|rtx4000sffada", "rtx4000sffada"),
  family("(?:rtx )?4000 ?ada|rtx4000 ?ada", "rtx4000ada"),
  family("(?:rtx )?2000 ?ada|rtx2000 ?ada", "rtx2000ada"),
  family("(?:rtx ?)?a6000", "rtx-a6000"),
  family("(?:rtx ?)?a5500", "rtx-a5500"),
  family("(?:rtx ?)?a5000", "rtx-a5000"),
  family("(?:rtx ?)?a4500", "rtx-a4500"),
  family("(?:rtx ?)?a4000", "rtx-a4000"),
  family("(?:rtx ?)?a2000", "rtx-a2000"),
  family("quadro rtx ?8000|rtx ?8000", "quadro-rtx8000"),
  family("quadro rtx ?6000", "quadro-rtx6000"),
  family("rtx ?6000", "rtx6000ada quadro-rtx6000"),
  family("titan rtx", "titan-rtx"),
  family("titan v", "titan-v"),
  family("a2", "a2"),
  // GeForce: the prefix may be missing (`3090 24GB`).
  ...[
    "5060 5060ti-16 5070 5070ti 5080 5090",
    "4060 4060ti 4070 4070-super 4070ti 4070ti-super 4080 4080-super 4090 4090d",
    "3050 3060 3060ti 3070 3070ti 3080 3080ti 3090 3090ti",
    "2060 2070 2080 2080ti",
  ]
    .flatMap((line) => line.split(" "))
    .map((part) => {
      const [number, rest = ""] = [part.slice(0, 4), part.slice(4)];
      const ti = rest.startsWith("ti") ? " ?ti" : "";
      const suffix = rest.endsWith("super") ? " ?super" : rest === "d" ? " ?d" : "";
      const exclude = `${ti ? "" : "(?! ?ti\\b)"}${suffix ? "" : "(?! ?super\\b)(?! ?d\\b)"}`;
      const ids = part === "4060ti" ? "rtx4060ti rtx4060ti-16" : part === "3080" ? "rtx3080 rtx3080-12" : `rtx${part}`;
      return family(
        `(?:geforce |rtx ?)${number}${ti}${suffix}${exclude}|^${number}${ti}${suffix}${exclude}`,
        ids,
        true,
      );
    }),
  family("gtx ?1080 ?ti|1080 ?ti", "gtx1080ti"),
  family("gtx ?1080", "gtx1080"),
  family("gb10|dgx spark", "gb10"),
  family("(?:jetson )?agx orin|orin(?! n)", "jetson-orin-64"),
  family("jetson (?:agx )?thor|agx thor", "jetson-thor"),
  // AMD; ROCm names the architecture, which several parts share.
  family("gfx942", "mi300x mi325x mi300a mi308x"),
  family("gfx90a", "mi250x mi250 mi210"),
  family("gfx950", "mi355x mi350x"),
  family("gfx908", "mi100"),
  family("mi250x?(?: .*)? gcd|mi250x? 1 gcd", "mi250x-gcd"),
  family("mi250x", "mi250x"),
  family("mi250", "mi250"),
  family("mi210", "mi210"),
  family("mi100", "mi100"),
  family("mi300a", "mi300a"),
  family("mi300x?(?:x\\d+)?", "mi300x"),
  family("mi308x?", "mi308x"),
  family("mi325x?", "mi325x"),
  family("mi350x?", "mi350x"),
  family("mi355x?", "mi355x"),
  family("mi455x?", "mi455x"),
  family("(?:rx )?7900 ?xtx", "rx7900xtx"),
  family("(?:rx )?7900 ?xt", "rx7900xt"),
  family("(?:rx )?6900 ?xt", "rx6900xt"),
  family("(?:rx )?9070 ?xt", "rx9070xt"),
  family("w7900", "w7900"),
  family("strix halo|ryzen ai max.*|8060s", "strix-halo"),
  // Intel.
  family("gaudi ?3|hl 3\\d\\d[a-z]?", "gaudi3"),
  family("gaudi ?2d?|hl 2\\d\\d[a-z]?", "gaudi2"),
  family("gaudi ?1", "gaudi1"),
  family("gaudi", "gaudi2 gaudi3 gaudi1"),
  family("arc pro b60 dual.*", "arc-pro-b60-dual"),
  family("arc pro b60", "arc-pro-b60"),
  family("arc b580|b580", "arc-b580"),
  family("arc a770|a770", "arc-a770"),
  family("max ?1550|pvc|ponte vecchio", "max1550"),
  // Google. `v5 lite` is v5e in every Google API.
  family("tpu ?v?7x?|tpu7x|ironwood", "tpu-v7"),
  family("(?:tpu ?)?v6e(?: .*)?|tpu ?v6(?: .*)?|trillium", "tpu-v6e"),
  family("(?:tpu ?)?v5 ?p", "tpu-v5p"),
  family("(?:tpu ?)?v5 ?e|(?:tpu ?)?v5 ?lite(?: ?pod.*)?(?: device| podslice)?|tpu ?v5 ?litepod|v5litepod", "tpu-v5e"),
  family("tpu ?v5", "tpu-v5e tpu-v5p"),
  family("tpu ?v4(?: podslice)?|^v4", "tpu-v4"),
  family("tpu ?v3(?: .*)?|^v3", "tpu-v3"),
  family("tpu ?v2(?: .*)?|^v2", "tpu-v2"),
  family("tpus?", "tpu-v5e tpu-v6e tpu-v5p tpu-v4"),
  // Amazon.
  family("trn3|trainium ?3", "trn3"),
  family("trn2u?|trainium ?2", "trn2"),
  family("trn1n?|trainium ?1?", "trn1"),
  family("inf2|inferentia ?2", "inf2"),
  family("inf1|inferentia ?1", "inf1"),
  family("inferentia", "inf2"),
  family("neuron(?:core|device)?s?", "trn1 inf2 trn2"),
  // Others.
  family("(?:ascend )?910c", "ascend910c"),
  family("(?:ascend ?)?910b\\d?", "ascend910b"),
  family("(?:ascend ?)?950(?:dt)?", "ascend950dt"),
  family("(?:ascend ?)?310p?\\d?|atlas 300i.*", "ascend310p"),
  family("(?:ai ?100|qaic100)", "qaic100"),
  family("rubin|vr200", "rubin"),
  ...["m1", "m2", "m3", "m4", "m5"].flatMap((chip) =>
    ["ultra", "max", "pro", ""]
      .filter((size) => !((chip === "m4" && size === "ultra") || (chip === "m5" && size !== "")))
      .map((size) =>
        family(
          size ? `(?:apple )?${chip} ?${size}` : `apple ${chip}|^${chip}(?= |$)`,
          `apple-${chip}${size ? `-${size}` : ""}`,
        ),
      ),
  ),
  // MIG profiles give the part away by their memory: an eighth, a quarter, a half or the whole of it.
  family("mig (?:1g.5|2g.10|3g.20|4g.20|7g.40)gb", "a100-sxm-40"),
  family("mig (?:1g.10|1g.20|2g.20|3g.40|4g.40|7g.80)gb", "a100-sxm-80 h100-sxm"),
  family("mig (?:1g.6|2g.12|4g.24)gb", "a30"),
  family("mig (?:2g.48|4g.96)gb", "rtxpro6000-se"),
  family("mig (?:1g.12|1g.24|2g.24|3g.4[78]|4g.4[78]|7g.9[46])gb", "h100-nvl gh200-96"),
  family("mig (?:1g.18|1g.35|2g.35|3g.71|4g.71|7g.141)gb", "h200-sxm"),
  family("mig (?:1g.23|1g.45|2g.45|3g.90|4g.90|7g.180)gb", "b200"),
  family("mig (?:1g.34|1g.67|2g.67|3g.135|4g.135|7g.269)gb", "b300"),
];

/** What only a size class is known of: the common part of that memory. */
const memoryClasses: ReadonlyMap<number, string> = new Map([
  [96, "rtxpro6000"],
  [80, "a100-sxm-80"],
  [48, "rtx-a6000"],
  [40, "a100-sxm-40"],
  [24, "rtx4090"],
  [16, "t4"],
]);

export interface AcceleratorName {
  /** Catalogue ids that the family may mean, most common first. */
  readonly rows: readonly string[];
  readonly plain: boolean;
  /** Only the memory class is known (`48GB-class`). */
  readonly classOnly?: boolean;
  readonly memory?: number;
  readonly form?: "SXM" | "PCIe" | "NVL";
  /** W. */
  readonly powerCap?: number;
  readonly slice?: { readonly compute: number; readonly memory: number };
  readonly cores?: number;
  /** Several accelerators are named (`A10|A100`); these are the texts of the others. */
  readonly alternatives: readonly string[];
}

/** Parts for notebooks carry the names of faster ones. */
const notebook = /(?<![a-z])(?:laptop|mobile|max ?q design)(?![a-z])/;

/** Lower-case words: `NVIDIA_H100_MEGA_80GB` → `nvidia h100 mega 80gb`. Counts (`8x`, `:8`) are dropped. */
export function acceleratorWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/\((?:r|tm)\)|[®™]/g, "")
    .replace(/^\s*\d{1,3}\s*[x×*]\s*(?=[a-z])/, "")
    .replace(/(?<=[\s)])[x×*]\s*\d+\s*$/, "")
    .replace(/:\d+(?:\.\d+)?\s*$/, "")
    .replace(/(\d)\s+(?=(?:gi?b|w)\b)/g, "$1")
    .replace(/[^a-z0-9.]+/g, " ")
    .trim();
}

/** Reads a name. Undefined when it names no accelerator the catalogue has. */
export function readAcceleratorName(text: string): AcceleratorName | undefined {
  if (text.length > 160) return undefined;
  const [first = "", ...others] = text.split(/\s*(?:[|,;]|\bor\b)\s*/).filter((part) => part !== "");
  const words = acceleratorWords(first);
  if (words === "" || notebook.test(words)) return undefined;
  const whole = words.replace(/(?<![a-z0-9])\dg\.\d+gb/, " ");
  const memory = /(?<![a-z0-9.])(?:\d+ )?(\d+(?:\.\d+)?)gi?b?(?![a-z0-9])/.exec(whole);
  const found = families.find(({ pattern }) => pattern.test(words));
  if (found === undefined) {
    const size = /^(\d+)gb class$/.exec(words)?.[1] ?? /unstated (\d+)gb class/.exec(words)?.[1];
    const row = size === undefined ? undefined : memoryClasses.get(Number(size));
    return row === undefined ? undefined : { rows: [row], plain: true, classOnly: true, alternatives: [] };
  }
  const slice = /(?<![a-z0-9])(\d)g\.(\d+)gb/.exec(words);
  const watts = /(?<![a-z0-9.])(\d{2,4})w(?![a-z0-9])/.exec(words)?.[1];
  const cores = /(\d+) core/.exec(words)?.[1];
  const form = /(?<![a-z])(?:sxm\d?|hgx|dgx)/.test(words)
    ? "SXM"
    : /(?<![a-z])nvl/.test(words)
      ? "NVL"
      : /(?<![a-z])pcie|pci e/.test(words)
        ? "PCIe"
        : /hbm3/.test(words)
          ? "SXM"
          : undefined;
  return {
    rows: found.rows,
    plain: found.plain ?? false,
    ...(memory?.[1] ? { memory: Number(memory[1]) } : {}),
    ...(form ? { form } : {}),
    ...(watts ? { powerCap: Number(watts) } : {}),
    ...(slice ? { slice: { compute: Number(slice[1]), memory: Number(slice[2]) } } : {}),
    ...(cores ? { cores: Number(cores) } : {}),
    alternatives: /[|;]|\bor\b/.test(text) ? others : [],
  };
}
