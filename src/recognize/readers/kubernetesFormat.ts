/** One kind of the Kubernetes family as a dialect: where its pods are, and what its work is when no command tells. */
import type { Kind } from "../../core/workload";
import { templateFiller } from "../../document/templates";
import type { TreeDocument } from "../../document/tree";
import { type Dialect, type RecognitionContext, type Recognized, scaledToZero } from "../recognized";
import { CommandLine } from "./commandLine";
import { type Cursor, cursorOf, FactSheet, workload } from "./facts";
import { resourceAnchors } from "./gpu";
import { chartValues, rendered } from "./helmTemplates";
import { countAccelerators, nodeLabels, type PodGroup, readContainers, readNodeLabels } from "./kubernetes";
import { isKind } from "./resourceKind";
import { kindOfScripts, readScripts } from "./scripts";

export interface KubernetesFormat {
  readonly id: string;
  readonly title: string;
  readonly apiVersion: RegExp;
  readonly kinds: readonly string[];
  /** Beside the accelerator resources. */
  readonly anchors?: readonly string[];
  readonly groups: (root: Cursor, context: RecognitionContext) => readonly PodGroup[];
  /** Kind of work when the command does not say. */
  readonly work: Kind;
  /** Kind of work by something else than the containers' commands. */
  readonly command?: (root: Cursor, context: RecognitionContext) => Kind | undefined;
  /** ConfigMaps of the same file may hold what the job runs. */
  readonly scripts?: boolean;
  /** The work whatever the command says. */
  readonly fixed?: boolean;
  /** A workload even where no accelerator is counted. */
  readonly always?: (root: Cursor) => boolean;
  /** Where a limit in seconds stands. */
  readonly timeLimit?: (root: Cursor) => Cursor;
  /** Facts of the format's own, before the containers are read. */
  readonly refine?: (root: Cursor, sheet: FactSheet, context: RecognitionContext) => void;
  /** Facts that only fill gaps, after the containers are read. */
  readonly complete?: (root: Cursor, sheet: FactSheet, context: RecognitionContext) => void;
  readonly documentation: Dialect["documentation"];
}

export function kubernetesDialect(format: KubernetesFormat): Dialect {
  return {
    id: format.id,
    title: format.title,
    anchors: [...(format.anchors ?? []), ...resourceAnchors],
    matches: (document) => isKind(document, format.apiVersion, format.kinds),
    read: (document, context) => readResource(format, document, context),
    documentation: format.documentation,
  };
}

function readResource(
  format: KubernetesFormat,
  document: TreeDocument,
  context: RecognitionContext,
): readonly Recognized[] {
  const root = cursorOf(document);
  if (document.templated) {
    const values = chartValues(context);
    root.scope.templates = (source, text) => rendered(source, text, templateFiller, values);
  }
  const groups = format.groups(root, context).map((group) => withClaims(group, context));
  const holding = groups.filter((group) => group.demand.present);
  if (holding.length === 0 && !format.always?.(root)) return [];
  const sheet = new FactSheet();
  const { chain, range, total, idle } = countAccelerators(groups, sheet);
  format.refine?.(root, sheet, context);
  for (const group of holding) readNodeLabels(nodeLabels(group.spec), sheet);
  const containers = [...holding, ...groups.filter((group) => !group.demand.present)].flatMap((group) => [
    ...group.spec.get("containers").items(),
    ...group.spec.get("initContainers").items(),
  ]);
  const stated = readContainers(containers, sheet, format.fixed ? format.work : undefined);
  const kind = format.fixed
    ? format.work
    : (stated ??
      format.command?.(root, context) ??
      (format.scripts ? kindOfScripts(context) : undefined) ??
      format.work);
  format.complete?.(root, sheet, context);
  if (format.scripts && kind !== "allocation") readScripts(context, kind, sheet);
  if (kind === "inference" || kind === "allocation") replicasOf(holding, sheet, spannedPods(containers));
  if (kind === "allocation") sheet.delete("engine");
  const limit = format.timeLimit?.(root);
  const seconds = limit?.positive();
  const name = root.get("metadata").first("name", "generateName").text();
  const notes = [
    ...(root.get("spec", "suspend").boolean() ? ["suspended: reserves nothing until it is resumed"] : []),
    ...(idle ? [scaledToZero] : []),
    ...(total === undefined && holding.length > 0 ? ["the number of accelerators is not stated"] : []),
  ];
  return [
    workload(format.id, kind, root, sheet, {
      name,
      chain,
      acceleratorsRange: range,
      timeLimit: seconds === undefined ? undefined : seconds / 3600,
      notes,
      anchor: root.get("kind"),
    }),
  ];
}

/** Pods of one server, where its command says that it spans several (`--nnodes 2`). */
const spannedPods = (containers: readonly Cursor[]): number =>
  Math.max(1, ...containers.map((at) => new CommandLine(at.get("command"), at.get("args")).numberOf("nnodes") ?? 1));

function replicasOf(holding: readonly PodGroup[], sheet: FactSheet, pods: number): void {
  const [first] = holding;
  const [outer, inner] = first?.factors ?? [];
  if (holding.length !== 1 || outer?.value === undefined || !outer.at || outer.label !== "replicas") return;
  const spans = pods > 1 && inner === undefined && outer.value % pods === 0;
  // What scales up from none is reckoned as one replica.
  const running = outer.value === 0 && (outer.high ?? 0) > 0 ? 1 : outer.value;
  sheet.set(
    "replicas",
    outer.at.fact(spans ? outer.value / pods : running, spans ? { note: `${pods} pods each` } : {}),
  );
}

/** A pod that claims devices through a template of the same file: the template says what and how many. */
function withClaims(group: PodGroup, context: RecognitionContext): PodGroup {
  const claims = group.spec.get("resourceClaims");
  if (!group.demand.present || group.demand.accelerators !== undefined || !claims.isSequence) return group;
  for (const claim of claims.items()) {
    const name = claim.get("resourceClaimTemplateName").text();
    const template = name === undefined ? undefined : claimTemplate(name, context);
    const device = template?.get("spec", "spec", "devices", "requests", 0);
    const exactly = device?.get("exactly").exists ? device.get("exactly") : device;
    const deviceClass = exactly?.get("deviceClassName").text();
    if (exactly && deviceClass !== undefined) {
      if (!/gpu|tpu|accel|neuron/i.test(deviceClass)) continue;
      const count = exactly.get("count");
      const accelerators = count.exists ? count.positive() : 1;
      return { ...group, demand: { ...group.demand, accelerators, note: `claims ${deviceClass}` } };
    }
    if (/gpu|tpu|accel/i.test(`${name} ${claim.get("name").text()}`)) return group;
  }
  return { ...group, demand: { ...group.demand, present: false } };
}

function claimTemplate(name: string, context: RecognitionContext): Cursor | undefined {
  for (const document of context.documents) {
    if (!isKind(document, /^resource\.k8s\.io\//, ["ResourceClaimTemplate"])) continue;
    const root = cursorOf(document);
    if (root.get("metadata", "name").text() === name) return root;
  }
  return undefined;
}
