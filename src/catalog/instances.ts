/** Machine types of the clouds: which accelerators they hold. */
import type { InstanceFacts, Match } from "../core/facts";
import data from "./data/instances.json";
import type { InstanceTable } from "./rows";
import { printSources } from "./sources";

const table = data as unknown as InstanceTable;

/** Spellings of a provider. */
const providerNames: Readonly<Record<string, readonly string[]>> = {
  aws: ["amazon", "amazonwebservices", "ec2", "sagemaker", "eks", "parallelcluster", "bedrock"],
  gcp: ["google", "googlecloud", "gke", "gcloud", "gce", "vertex", "vertexai"],
  azure: ["microsoft", "azureml", "aks", "microsoftazure", "az"],
  oci: ["oracle", "oraclecloud"],
  lambda: ["lambdalabs", "lambdacloud", "lambdagpucloud"],
  nebius: [],
  hyperstack: ["nexgencloud"],
  crusoe: ["crusoecloud"],
  coreweave: [],
  runpod: [],
  modal: [],
  tensorwave: [],
  vultr: [],
  spheron: [],
};

/** Catalogue key of a provider as people write it. */
export function providerKey(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const word = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (word === "runpodserverless") return "runpod-serverless";
  if (word in providerNames) return word;
  return Object.entries(providerNames).find(([, others]) => others.includes(word))?.[0];
}

/** The processors-only types follow naming rules; their accelerator is absent. */
function processorsOnly(name: string): InstanceFacts | undefined {
  const base = { accelerators: 0, source: "the provider's naming rule", confidence: "medium" as const };
  const aws =
    /^(?:c|m|r|t|i|d|x|z|hpc|a1)\d?[a-z]{0,4}(?:-[a-z0-9]+)?\.(?:(\d+)?x?large|medium|small|micro|nano|metal(?:-\d+xl)?)$/.exec(
      name,
    );
  if (aws) {
    const times = Number(aws[1] ?? 0);
    return { ...base, id: name, provider: "aws", ...(times > 0 ? { vcpus: 4 * times } : {}) };
  }
  const azure = /^standard_[abdefhlm][a-z]*(\d+)(?:-\d+)?[a-z]*(?:_v\d+)?$/.exec(name);
  if (azure) return { ...base, id: name, provider: "azure", vcpus: Number(azure[1]) };
  const google =
    /^(?:n1|n2d?|n4|e2|c2d?|c3d?|c4a?|t2[da]|m[1-3]|z3|h3)-(?:standard|highmem|highcpu|medium|small|micro|ultramem|megamem)(?:-(\d+))?$/.exec(
      name,
    );
  if (google) return { ...base, id: name, provider: "gcp", ...(google[1] ? { vcpus: Number(google[1]) } : {}) };
  return undefined;
}

/** Machine types that say in their name what they hold: pattern, with the groups `name` and `count`. */
const telling: readonly (readonly [provider: string, pattern: RegExp])[] = [
  // gd-8xh100ib-i128
  ["coreweave", /^g[bd]-(?<count>\d+)x(?<name>[a-z]+\d+[a-z]*?)(?:ib)?(?:-i\d+)?$/],
  // h100-80gb-sxm-ib.8x
  ["crusoe", /^(?<name>[a-z]+\d+[a-z]*-\d+gb(?:-[a-z]+)*)\.(?<count>\d+)x$/],
  // n3-H100x8, n3-RTX-A6000x2
  ["hyperstack", /^n\d-(?<name>[a-z]+[a-z0-9-]*\d+[a-z]*)x(?<count>\d+)(?:-nvlink)?$/],
  // VM.GPU.A10.2
  ["oci", /^(?:vm|bm)\.gpu\.(?<name>[a-z]+\d+[a-z]*)\.(?<count>\d+)$/],
];

/** Looks an accelerator's name up: its catalogue id. */
type AcceleratorId = (name: string) => string | undefined;

function named(key: string, acceleratorId: AcceleratorId): InstanceFacts | undefined {
  for (const [provider, pattern] of telling) {
    const { name, count } = pattern.exec(key)?.groups ?? {};
    const accelerator = name && acceleratorId(name);
    const accelerators = Number(count);
    if (!accelerator || !(accelerators >= 1 && accelerators <= 16)) continue;
    return { id: key, provider, accelerator, accelerators, source: "the provider's naming rule", confidence: "medium" };
  }
  // The first name of v5e hosts.
  const chips = /^ct5l-hightpu-([148])t$/.exec(key)?.[1];
  if (chips === undefined) return undefined;
  const base = { id: key, provider: "gcp", accelerator: "tpu-v5e", accelerators: Number(chips) };
  return { ...base, source: "the provider's naming rule", confidence: "medium" };
}

const bundled: readonly InstanceFacts[] = Object.entries(table).flatMap(
  ([provider, { rows, sources, date, confidence }]) =>
    rows.map(
      ([id, accelerator, accelerators, vcpus, memory]): InstanceFacts => ({
        id,
        provider,
        accelerator,
        accelerators,
        ...(vcpus ? { vcpus } : {}),
        ...(memory ? { memory } : {}),
        source: printSources(sources),
        date,
        confidence,
      }),
    ),
);

export class Instances {
  readonly all: readonly InstanceFacts[];
  private readonly byName = new Map<string, InstanceFacts>();
  private readonly found = new Map<string, Match<InstanceFacts> | undefined>();

  constructor(
    own: readonly InstanceFacts[] = [],
    private readonly acceleratorId: AcceleratorId = () => undefined,
  ) {
    this.all = [...own, ...bundled];
    for (const facts of this.all) {
      const key = facts.id.toLowerCase();
      // Some sell accelerators by their own names; those are no machine types, and others sell the same.
      if (key === facts.accelerator || /\s/.test(facts.id)) continue;
      if (!this.byName.has(key)) this.byName.set(key, facts);
    }
  }

  find(name: string): Match<InstanceFacts> | undefined {
    if (this.found.has(name)) return this.found.get(name);
    const match = this.resolve(name);
    if (this.found.size > 2000) this.found.clear();
    this.found.set(name, match);
    return match;
  }

  private resolve(name: string): Match<InstanceFacts> | undefined {
    if (name.length > 200) return undefined;
    const choices = name.split("|").map((part) => part.trim());
    if (choices.length > 1) {
      const candidates = choices.flatMap((choice) => this.find(choice)?.value ?? []);
      const [value] = candidates;
      return value && { value, how: "ambiguous", confidence: "low", candidates };
    }
    const key = name.trim().toLowerCase();
    const exact = this.byName.get(key);
    if (exact) return { value: exact, how: "exact", confidence: exact.confidence };
    // SageMaker writes `ml.` before the type; Azure ML may leave `Standard_` out or write blanks.
    const plain = key
      .replace(/^ml\./, "")
      .replace(/-nolssd$/, "")
      .replace(/\s+/g, "_");
    const alias = this.byName.get(plain) ?? this.byName.get(`standard_${plain}`);
    if (alias) {
      const value = key.startsWith("ml.") ? { ...alias, id: key } : alias;
      return { value, how: "alias", confidence: alias.confidence };
    }
    const facts = named(plain, this.acceleratorId) ?? processorsOnly(plain);
    return facts && { value: { ...facts, id: key }, how: "alias", confidence: facts.confidence };
  }
}
