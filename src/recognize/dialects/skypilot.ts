/** SkyPilot tasks and services, and the job files of oumi and others that speak its language. */

import { parseDuration } from "../../core/numbers";
import { entryOf, isMapping, type TreeDocument } from "../../document/tree";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { type AcceleratorRequest, acceleratorName, isAcceleratedInstance, parseAccelerators } from "../readers/gpu";
import { readInstance } from "../readers/instances";
import { readLaunch, readProcesses } from "../readers/launch";
import type { Dialect, Fact, Factor, RecognitionContext, Recognized } from "../recognized";

export const skypilot: Dialect = {
  id: "skypilot",
  title: "SkyPilot, oumi jobs",
  anchors: ["accelerators:", "num_nodes:", "use_spot:", "any_of:", "instance_type:"],
  matches: (document) => {
    const resources = entryOf(document.root, "resources");
    const has = (...keys: string[]): boolean => keys.some((key) => entryOf(document.root, key) !== undefined);
    if (!resources) return false;
    if (resources.value?.type === "sequence")
      return has("run", "service") && has("setup", "num_nodes", "workdir", "envs", "run");
    if (!isMapping(resources.value)) return false;
    const owns = (key: string): boolean => entryOf(resources.value, key) !== undefined;
    if (owns("accelerators")) return !has("apiVersion");
    return (
      (owns("cloud") || owns("infra") || owns("use_spot") || owns("any_of") || owns("ordered")) &&
      has("run", "setup", "num_nodes", "workdir", "service")
    );
  },
  read,
  documentation: {
    recognizedBy: "`resources.accelerators`, or `resources` with a cloud beside `run` or `setup`",
    reads:
      "accelerators in all spellings × `num_nodes` × service replicas, spot, cloud and region, the command of `run`, recipes it names",
    limits: "of alternative accelerators the first counts",
  },
};

function read(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  const root = cursorOf(document);
  const sheet = new FactSheet();
  const notes: string[] = [];
  const stated = root.get("resources");
  const resources = stated.isSequence ? stated.get(0) : stated;
  const alternatives = stated.isSequence ? stated.items() : resources.first("any_of", "ordered").items();
  const within = (alternative: Cursor | undefined, key: string): Cursor =>
    alternative?.has(key) ? alternative.get(key) : resources.get(key);
  const field = (key: string): Cursor => within(alternatives[0], key);
  const inTurn = stated.isSequence || resources.has("ordered");
  const choice: Choice = { alternatives, within, inTurn };
  const likely = firstOf(choice, (one) => JSON.stringify(one("accelerators").plain()));
  const asked = readAccelerators(field("accelerators"), sheet, notes, likely);
  const cluster = field("cloud").text();
  const nodes = root.get("num_nodes");
  const count = nodes.positive() ?? 1;
  if (nodes.positive() !== undefined) sheet.number("nodes", nodes);
  const replicas = readReplicas(root.get("service").exists ? root.get("service") : root.get("pool"), sheet);
  readPlaces(choice, sheet, notes);
  const perNode = asked?.count;
  const total = perNode === undefined ? undefined : perNode * count * replicas.value;
  const at = field("accelerators");
  const chain: Factor[] = [];
  const instance = field("instance_type");
  if (isAcceleratedInstance(instance.text() ?? "") && (inTurn || agree(choice, (one) => one("instance_type").text())))
    sheet.text(
      "instanceType",
      instance,
      firstOf(choice, (one) => one("instance_type").text()),
    );
  if (total !== undefined && perNode !== undefined) {
    const product = total === perNode ? {} : { note: describe(replicas.value, count, perNode) };
    sheet.value("accelerators", at, total, { ...likely, ...product });
    sheet.value("acceleratorsPerNode", at, perNode, likely);
    if (replicas.at) chain.push({ label: "replicas", value: replicas.value, ...spanOf(replicas.at) });
    chain.push(
      { label: "nodes", value: count, ...spanOf(nodes) },
      { label: "accelerators per node", value: perNode, ...spanOf(at) },
    );
  }
  readPrice(field("max_hourly_cost"), notes);
  const environment = environmentOf(root);
  const variables = { SKYPILOT_NUM_GPUS_PER_NODE: perNode, SKYPILOT_NUM_NODES: count, NUM_NODES: undefined };
  const serves = root.get("service").exists;
  const {
    kind,
    notes: more,
    line,
  } = readLaunch(
    {
      scripts: [root.get("run"), root.get("setup")],
      hints: [root.get("name")],
      environment,
      variables,
      fallback: serves ? "inference" : "allocation",
    },
    sheet,
    context,
  );
  if (perNode === undefined && !asked) readProcesses(line, sheet);
  if (
    !asked &&
    !sheet.has("instanceType") &&
    !/polaris|frontier|perlmutter/.test(cluster ?? "") &&
    kind === "allocation"
  )
    return [];
  if (
    !asked &&
    !sheet.has("accelerators") &&
    !sheet.has("instanceType") &&
    at.entry === undefined &&
    !/polaris|frontier|perlmutter/.test(cluster ?? "")
  )
    return [];
  const walltime = /^\s*#(?:PBS\s+-l\s+walltime=|SBATCH\s+(?:-t|--time)[= ]?)(\S+)/m.exec(
    root.get("setup").raw() ?? "",
  )?.[1];
  readInstance(sheet);
  if (kind === "inference" && replicas.at) sheet.value("replicas", replicas.at, replicas.value);
  return [
    workload("skypilot", kind, root, sheet, {
      name: root.get("name").text(),
      chain,
      acceleratorsRange:
        replicas.range && total !== undefined ? scaled(replicas.range, total / replicas.value) : undefined,
      timeLimit: walltime === undefined ? undefined : parseDuration(walltime),
      notes: [...notes, ...more],
      anchor: at.entry ? at : stated,
    }),
  ];
}

const spanOf = (at: Cursor): { range?: { start: number; end: number } } => (at.range ? { range: at.range } : {});
const scaled = ({ low, high }: { low: number; high: number }, by: number) => ({ low: low * by, high: high * by });
const describe = (replicas: number, nodes: number, perNode: number): string =>
  [replicas === 1 ? "" : `${replicas} replicas`, `${nodes} nodes`, `${perNode} per node`]
    .filter((part) => part !== "")
    .join(" × ");

/** Text, list, set (`{L4:8, A100:4}` parses as keys without values), mapping of counts. */
function readAccelerators(
  at: Cursor,
  sheet: FactSheet,
  notes: string[],
  likely: Partial<Fact>,
): AcceleratorRequest | undefined {
  const requests = requestsOf(at);
  const [first] = requests;
  if (!first) return undefined;
  const { request, place } = first;
  if (requests.length > 1) notes.push(`one of ${requests.length} alternatives`);
  if (request.name !== undefined)
    sheet.value(
      "accelerator",
      place,
      request.name,
      requests.length > 1 ? { note: `one of ${requests.length} alternatives`, confidence: "medium" } : likely,
    );
  return requests.length > 1 && requests.some((other) => other.request.count !== request.count)
    ? { ...request, count: request.count ?? 1 }
    : request;
}

function requestsOf(at: Cursor): { request: AcceleratorRequest; place: Cursor }[] {
  const parse = (
    text: string | undefined,
    place: Cursor,
    count?: number,
  ): { request: AcceleratorRequest; place: Cursor }[] => {
    const request = text === undefined ? undefined : parseAccelerators(text);
    return request ? [{ request: count === undefined ? request : { ...request, count }, place }] : [];
  };
  if (at.isMapping)
    return at.entries().flatMap((entry) => {
      const count = entry.positive();
      return parse(count === undefined ? entry.key : acceleratorName(entry.key), at, count);
    });
  if (at.isSequence) return at.items().flatMap((item) => parse(item.text(), item));
  return parse(at.text(), at);
}

function readReplicas(
  service: Cursor,
  sheet: FactSheet,
): { value: number; at?: Cursor; range?: { low: number; high: number } } {
  const fixed = service.isScalar ? service : service.first("replicas", "workers");
  if (fixed.positive() !== undefined) return { value: fixed.positive() as number, at: fixed };
  const policy = service.get("replica_policy").exists ? service.get("replica_policy") : service;
  const low = policy.first("min_replicas", "min_workers");
  const high = policy.first("max_replicas", "max_workers").positive();
  if (low.number() === undefined) return { value: 1 };
  sheet.number("replicas", low);
  const value = Math.max(1, low.number() as number);
  return {
    value,
    at: low,
    ...(high === undefined || high <= value ? {} : { range: { low: low.number() as number, high } }),
  };
}

const clouds: Readonly<Record<string, string>> = {
  aws: "aws",
  gcp: "gcp",
  azure: "azure",
  lambda: "lambda",
  runpod: "runpod",
  oci: "oci",
  nebius: "nebius",
  fluidstack: "fluidstack",
  vast: "vast",
  cudo: "cudo",
  paperspace: "paperspace",
};

/** Resources of which one is taken: the cheapest (`any_of`), or the first to be had (`ordered`, a list). */
interface Choice {
  readonly alternatives: readonly Cursor[];
  /** A key of one alternative, or of what is said for all. */
  readonly within: (alternative: Cursor | undefined, key: string) => Cursor;
  readonly inTurn: boolean;
}

type Field = (key: string) => Cursor;
type Place = (field: Field) => string | undefined;

const valuesOf = ({ alternatives, within }: Choice, of: Place): readonly (string | undefined)[] =>
  (alternatives.length === 0 ? [undefined] : alternatives).map((one) => of((key) => within(one, key)));
const agree = (choice: Choice, of: Place): boolean => new Set(valuesOf(choice, of)).size === 1;
/** What is tried first is likely, not certain. */
const firstOf = (choice: Choice, of: Place): Partial<Fact> =>
  agree(choice, of) ? {} : { confidence: "medium", note: `first of ${choice.alternatives.length}` };

const providerAt: Place = (field) => {
  const name = (field("cloud").text() ?? field("infra").text()?.split("/")[0] ?? "").toLowerCase();
  return Object.hasOwn(clouds, name) ? clouds[name] : undefined;
};
const regionAt: Place = (field) => {
  const [, region] = (field("infra").text() ?? "").split("/");
  return field("region").text() ?? (region && region !== "*" && providerAt(field) ? region : undefined);
};
const pricingAt: Place = (field) => {
  const spot = field("use_spot").boolean();
  return spot === undefined ? undefined : spot ? "spot" : "onDemand";
};

/** Provider, region and tariff. Where any of several will do, what they differ in stays open: the price is then that of all. */
function readPlaces(choice: Choice, sheet: FactSheet, notes: string[]): void {
  const { alternatives, within, inTurn } = choice;
  const field: Field = (key) => within(alternatives[0], key);
  const open: string[] = [];
  for (const [name, of, keys] of [
    ["provider", providerAt, ["cloud", "infra"]],
    ["region", regionAt, ["region", "infra"]],
    ["pricing", pricingAt, ["use_spot"]],
  ] as const) {
    const at = keys.map(field).find((cursor) => cursor.exists);
    if (!inTurn && !agree(choice, of)) open.push(name);
    else if (at) sheet.value(name, at, of(field), firstOf(choice, of));
  }
  if (open.length > 0) notes.push(`any of ${alternatives.length} places will do: ${open.join(", ")} left open`);
}

function readPrice(at: Cursor, notes: string[]): void {
  const most = at.positive();
  if (most !== undefined) notes.push(`at most ${most} USD per hour`);
}

function environmentOf(root: Cursor): Map<string, Cursor> {
  const variables = new Map<string, Cursor>();
  for (const key of ["envs", "env", "secrets"])
    for (const entry of root.get(key).entries()) if (entry.exists) variables.set(entry.key, entry);
  return variables;
}
