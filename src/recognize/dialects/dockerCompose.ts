/** Docker Compose services that get accelerators of their host. */
import { entryOf, isMapping } from "../../document/tree";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { readLaunch } from "../readers/launch";
import type { Dialect, Factor, RecognitionContext, Recognized } from "../recognized";

export const dockerCompose: Dialect = {
  id: "docker-compose",
  title: "Docker Compose with GPUs",
  anchors: [
    "capabilities: [",
    "- gpu\n",
    "- gpu\r",
    '- "gpu"',
    "runtime: nvidia",
    "gpus:",
    "/dev/kfd",
    "/dev/davinci",
    "nvidia.com/gpu=",
    "NVIDIA_VISIBLE_DEVICES",
  ],
  matches: (document) => {
    const services = entryOf(document.root, "services")?.value;
    return (
      isMapping(services) &&
      services.entries.some(({ value }) => isMapping(value)) &&
      entryOf(document.root, "apiVersion") === undefined
    );
  },
  read: (document, context) => {
    const root = cursorOf(document);
    return root
      .get("services")
      .entries()
      .slice(0, 200)
      .flatMap((service) => readService(service, context));
  },
  documentation: {
    recognizedBy:
      "`services` of which one reserves devices with the `gpu` capability, `gpus:`, `runtime: nvidia`, or accelerator device files",
    reads: "count or device ids × replicas, model and flags of the command, variables with defaults, `extends`",
    limits: "`count: all` leaves the number to the host",
  },
};

interface Devices {
  readonly at: Cursor;
  /** undefined: as many as the host has. */
  readonly count: number | undefined;
}

function devicesOf(service: Cursor): Devices | undefined {
  const reserved = service.get("deploy", "resources", "reservations", "devices");
  for (const device of reserved.items()) {
    const capable = device
      .get("capabilities")
      .texts()
      .some((text) => /gpu|compute/i.test(text));
    if (!capable && !/nvidia|amd|cdi/i.test(device.get("driver").text() ?? "")) continue;
    const ids = device.get("device_ids");
    if (ids.exists)
      return {
        at: ids,
        count: ids.items().length > 0 ? ids.texts().flatMap((text) => text.split(",")).length : undefined,
      };
    const count = device.get("count");
    return { at: count.exists ? count : device, count: count.positive() };
  }
  const generic = service.get("deploy", "resources", "reservations", "generic_resources", 0, "discrete_resource_spec");
  if (/gpu/i.test(generic.get("kind").text() ?? "")) return { at: generic, count: generic.get("value").positive() };
  const gpus = service.get("gpus");
  if (gpus.isScalar && gpus.text() !== undefined) return { at: gpus, count: gpus.positive() };
  if (gpus.isSequence)
    return {
      at: gpus,
      count: gpus.get(0, "device_ids").exists
        ? gpus.get(0, "device_ids").items().length
        : gpus.get(0, "count").positive(),
    };
  const runtime = service.get("runtime");
  if (/nvidia|habana|amd/i.test(runtime.text() ?? "")) return { at: runtime, count: visibleDevices(service) };
  const files = service.get("devices").items();
  const chips = files.filter((item) => /\/dev\/davinci\d+/.test(item.raw() ?? ""));
  if (chips[0]) return { at: chips[0], count: chips.length };
  const file = files.find((item) =>
    /\/dev\/(kfd|nvidia\d|nvidiactl|accel\d?|neuron\d)|nvidia\.com\/gpu=/.test(item.raw() ?? ""),
  );
  return file ? { at: file, count: undefined } : undefined;
}

function visibleDevices(service: Cursor): number | undefined {
  const variables = environmentOf(service);
  const text = (variables.get("NVIDIA_VISIBLE_DEVICES") ?? variables.get("CUDA_VISIBLE_DEVICES"))?.text();
  return text !== undefined && /^\d+(,\d+)*$/.test(text) ? text.split(",").length : undefined;
}

function readService(stated: Cursor, context: RecognitionContext): Recognized[] {
  const service = stated;
  const parent = extended(service, context);
  const devices = devicesOf(service) ?? (parent ? devicesOf(parent) : undefined);
  if (!devices) return [];
  const sheet = new FactSheet();
  const replicas = service.get("deploy", "replicas").exists ? service.get("deploy", "replicas") : service.get("scale");
  const copies = replicas.number();
  const chain: Factor[] = [];
  if (devices.count !== undefined) {
    const total = devices.count * (copies ?? 1);
    sheet.value(
      "accelerators",
      devices.at,
      total,
      copies === undefined ? {} : { note: `${copies} × ${devices.count}` },
    );
    if (copies !== undefined)
      chain.push({ label: "replicas", value: copies, ...(replicas.range ? { range: replicas.range } : {}) });
    chain.push({ label: "devices", value: devices.count, ...(devices.at.range ? { range: devices.at.range } : {}) });
  }
  const commands = (at: Cursor): Cursor[] => [at.get("command"), at.get("entrypoint")];
  const { kind, notes } = readLaunch(
    {
      scripts: [...commands(service), ...(parent ? commands(parent) : [])],
      environment: new Map([...(parent ? environmentOf(parent) : []), ...environmentOf(service)]),
      hints: [service.get("image")],
      fallback: "allocation",
    },
    sheet,
    context,
  );
  if (kind === "inference" && copies !== undefined) sheet.value("replicas", replicas, copies);
  return [
    workload("docker-compose", kind, service, sheet, {
      name: service.key,
      chain,
      notes: devices.count === undefined ? ["all accelerators of the host", ...notes] : notes,
    }),
  ];
}

/** `extends: {service, file}`: a service of this file or of another. */
function extended(service: Cursor, context: RecognitionContext): Cursor | undefined {
  const extension = service.get("extends");
  const name = extension.isScalar ? extension.text() : extension.get("service").text();
  if (name === undefined) return undefined;
  const file = extension.get("file").text();
  if (file === undefined) return service.parent?.get(name);
  const text = context.read(file);
  const document = text === undefined ? undefined : context.parse(text, file)[0];
  return document ? cursorOf(document, file).get("services", name) : undefined;
}

function environmentOf(service: Cursor): Map<string, Cursor> {
  const variables = new Map<string, Cursor>();
  const environment = service.get("environment");
  for (const entry of environment.entries()) if (entry.exists) variables.set(entry.key, entry);
  for (const item of environment.items()) {
    const [name, ...rest] = (item.raw() ?? "").split("=");
    if (name && rest.length > 0) variables.set(name, item.as(rest.join("=")));
  }
  return variables;
}
