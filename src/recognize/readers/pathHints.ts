/** Hardware that only a path speaks of: `256gpus`, `4n8g`, `8xh100`, `/H100/`, `a3mega`. Hints of low confidence. */

export interface HardwareHint {
  readonly accelerators?: number;
  readonly acceleratorsPerNode?: number;
  readonly nodes?: number;
  readonly accelerator?: string;
  readonly instanceType?: string;
}

/** Google Cloud's recipe folders name the machine family; the accelerator follows (docs.cloud.google.com, machine series, 2025). */
const machineFamilies: Readonly<Record<string, string>> = {
  a3high: "H100",
  a3mega: "H100",
  a3ultra: "H200",
  a3u: "H200",
  a4: "B200",
  a4x: "GB200",
  "a4x-max": "GB300",
  a4xmax: "GB300",
};

/** Folders that hold one folder per machine family: elsewhere `a4` is a size of paper. */
const recipeFolders: ReadonlySet<string> = new Set([
  "training",
  "inference",
  "frameworks",
  "helm-charts",
  "serving",
  "recipes",
]);

export const acceleratorPattern =
  "gb300|gb200|b300|b200|gh200|h200|h100|h800|h20|a800|a100|a10g|a30|a40|l40s|l40|l4|t4|v100|p100|mi250x?|mi300x|mi300a|mi308x|mi325x|mi350x|mi355x|rtx[-_ ]?\\d{4}|gaudi[23]?|tpu[-_]?v\\d\\w{0,2}|v5litepod|trn[12]|inf2|ascend\\w{0,4}";
const device = new RegExp(`(?:^|[-_./ x])(?:dgx[-_]?|hgx[-_]?)?(${acceleratorPattern})(?:x(\\d+))?(?![a-z0-9])`, "i");
const counted = new RegExp(`(?:^|[-_./])(\\d{1,4})[x-](${acceleratorPattern})(?![a-z0-9])`, "i");
const many = (text: string): number | undefined => {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value <= 1e6 ? value : undefined;
};

/** What the names of a file and its folders say; the file's own name first, then the folders from near to far. */
export function hardwareInPath(path: string): HardwareHint {
  const hint: { -readonly [K in keyof HardwareHint]: HardwareHint[K] } = {};
  const segments = path.slice(-1000).split("/").slice(-10).reverse();
  segments.forEach((segment, depth) => {
    const text = segment.toLowerCase().slice(0, 200);
    const grid = /(?:^|[-_.])(\d{1,4})n(\d{1,2})g(?:$|[-_.])/.exec(text);
    if (grid) {
      hint.nodes ??= many(grid[1] as string);
      hint.acceleratorsPerNode ??= many(grid[2] as string);
    }
    const times = counted.exec(text);
    if (times) {
      hint.accelerators ??= many(times[1] as string);
      hint.accelerator ??= (times[2] as string).toUpperCase();
    }
    const total = /(?:^|[-_.])(\d{1,6})[-_]?(?:gpus?|chips?)(?:$|[-_.])/.exec(text);
    if (total) hint.accelerators ??= many(total[1] as string);
    else if (depth === 0 && /(?:^|[-_.])single[-_]?(?:device|gpu)(?:$|[-_.])/.test(text)) hint.accelerators ??= 1;
    const nodes = /(?:^|[-_.])(\d{1,4})[-_]?nodes?(?:$|[-_.])/.exec(text);
    if (nodes) hint.nodes ??= many(nodes[1] as string);
    const named = device.exec(text);
    if (named) hint.accelerator ??= (named[1] as string).toUpperCase();
    const machine =
      depth === 0
        ? /(?:^|-)(a3mega|a3ultra|a3u|a3high|a4xmax|a4x|a4)(?:-|$|\.)/.exec(text)?.[1]
        : recipeFolders.has(segments[depth + 1]?.toLowerCase() ?? "") || text.startsWith("a3")
          ? text
          : undefined;
    if (machine !== undefined && machineFamilies[machine]) hint.accelerator ??= machineFamilies[machine];
  });
  return hint;
}
